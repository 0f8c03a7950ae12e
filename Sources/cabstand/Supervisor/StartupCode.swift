import EmbeddedStores
import Glibc

/// The code that ran while a process started and hardly ever runs again: more than half of what a waiting process has in memory.
enum StartupCode {
  /// How long a start takes at most, its last steps in the background included.
  private static let duration = Duration.seconds(2)

  /// Gives the program's code back to the system when the start is over; what goes on being used comes back from the system's page cache
  /// by itself, a few dozen pages at a time, in microseconds.
  static func releaseSoon() {
    Task.detached {
      try? await Task.sleep(for: duration)
      release()
    }
  }

  private static func release() {
    // A debugger's breakpoints are in these pages.
    guard !isTraced else { return }
    let program = ProcessInformation.executable
    for line in lines(of: "/proc/self/maps") {
      // `<begin>-<end> r-xp <offset> <device> <inode>   <path>`
      let words = line.split(separator: " ", maxSplits: 5)
      guard words.count == 6, words[1] == "r-xp", words[5].drop(while: { $0 == " " }) == program[...] else { continue }
      let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard bounds.count == 2, bounds[0] < bounds[1] else { continue }
      madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
    }
  }

  private static var isTraced: Bool {
    !lines(of: "/proc/self/status").contains("TracerPid:\t0")
  }

  private static func lines(of path: String) -> [Substring] {
    (Directories.text(of: path) ?? "").split(separator: "\n")
  }
}
