import Synchronization

/// How often each event took its process down, for the supervisor, which writes it, and its workers, which read it.
///
/// A table of fixed size in shared memory: when it is full the oldest counts are forgotten with the next `clear`, and no new ones are
/// taken. Looking an event up costs one load as long as nothing ever crashed.
package final class CrashTable: Sendable {
  private static let capacity = 1_024

  private let file: SharedFile

  /// Opens the table.
  /// - Parameter path: the file that carries it.
  /// - Throws: `IsolationError` where the system refuses.
  package init(path: String) throws {
    file = try SharedFile(path: path, count: 8 + Self.capacity * 16)
  }

  /// Whether anything ever crashed since the table was cleared.
  var isEmpty: Bool { used.pointee.load(ordering: .acquiring) == 0 }

  /// How often an event took its process down.
  package func count(_ digest: UInt64) -> Int {
    let used = min(Int(used.pointee.load(ordering: .acquiring)), Self.capacity)
    for index in 0..<used where digests(index).pointee.load(ordering: .relaxed) == digest {
      return Int(counts(index).pointee.load(ordering: .relaxed))
    }
    return 0
  }

  /// Counts a crash; by one process only.
  /// - Returns: how many there are now.
  package func add(_ digest: UInt64) -> Int {
    let used = min(Int(used.pointee.load(ordering: .relaxed)), Self.capacity)
    for index in 0..<used where digests(index).pointee.load(ordering: .relaxed) == digest {
      return Int(counts(index).pointee.add(1, ordering: .relaxed).newValue)
    }
    guard used < Self.capacity else { return 1 }
    digests(used).pointee.store(digest, ordering: .relaxed)
    counts(used).pointee.store(1, ordering: .relaxed)
    self.used.pointee.store(UInt64(used + 1), ordering: .releasing)
    return 1
  }

  /// Forgets everything, for a program that may have been mended.
  package func clear() { used.pointee.store(0, ordering: .releasing) }

  private var used: UnsafeMutablePointer<Atomic<UInt64>> { word(0) }
  private func digests(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { word(1 + 2 * index) }
  private func counts(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { word(2 + 2 * index) }

  private func word(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (file.bytes + 8 * index).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
