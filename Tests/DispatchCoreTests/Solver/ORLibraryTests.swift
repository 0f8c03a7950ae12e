import DispatchCore
import Foundation
import Testing

/// The assignment problems of Beasley's OR-Library (1990) with their published optima.
@Suite("OR-Library assignment problems")
struct ORLibraryTests {
  @Test(
    "The published optimum comes out",
    arguments: zip([100, 200, 300, 400, 500, 600, 700, 800], [305, 475, 626, 804, 991, 1176, 1362, 1552]))
  func optimum(size: Int, expected: Int64) throws {
    guard let numbers = try Self.numbers(size) else { return }
    try #require(numbers.count == 1 + size * size && numbers[0] == Int32(size))
    let allColumns = (0..<Int32(size)).map { $0 }
    var solver = AssignmentSolver()
    var result: [Int32] = []
    let total = try solver.solve(
      rows: size, columns: size, rowStart: (0...Int32(size)).map { $0 * Int32(size) },
      edgeColumn: Array(repeatElement(allColumns, count: size).joined()), edgeCost: Array(numbers.dropFirst()),
      unassignedCost: [], into: &result)
    #expect(total == expected)
    #expect(Set(result).count == size && result.allSatisfy { $0 >= 0 })
  }

  /// The numbers of a problem's file, or `nil`, with the reason printed, where the file or gzip is missing.
  private static func numbers(_ size: Int) throws -> [Int32]? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let data =
      ProcessInfo.processInfo.environment["CABSTAND_DATA"].map { URL(filePath: $0) }
      ?? root.deletingLastPathComponent().appending(path: "shared/data")
    let file = data.appending(path: "assignment_orlib/assign\(size).txt.gz")
    let gzip = ["/usr/bin/gzip", "/bin/gzip"].first { FileManager.default.isExecutableFile(atPath: $0) }
    guard FileManager.default.isReadableFile(atPath: file.path), let gzip else {
      print("skipped: needs gzip and assignment_orlib/assign\(size).txt.gz below CABSTAND_DATA")
      return nil
    }
    let process = Process()
    process.executableURL = URL(filePath: gzip)
    process.arguments = ["-dc", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()

    var numbers: [Int32] = []
    numbers.reserveCapacity(size * size + 1)
    var current: Int32?
    text.withUnsafeBytes { bytes in
      for byte in bytes {
        if byte >= 0x30, byte <= 0x39 {
          current = (current ?? 0) &* 10 &+ Int32(byte &- 0x30)
        } else if let number = current {
          numbers.append(number)
          current = nil
        }
      }
    }
    if let current { numbers.append(current) }
    return numbers
  }
}
