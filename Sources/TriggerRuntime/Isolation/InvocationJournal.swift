import FunctionKit
import Glibc
import Synchronization

/// What a process is handling at this moment, in memory that outlives it: after a crash the supervisor reads what caused it.
///
/// Every worker of every pool has a record of its own, so that beginning an invocation costs no lock and no allocation: a digest of
/// the event and four short copies.
package final class InvocationJournal: Sendable {
  /// An invocation that was under way.
  package struct Entry: Sendable {
    /// The function's name.
    package var function: String
    /// The trigger's name.
    package var trigger: String
    /// The event's source, of a batch that of its first.
    package var source: String
    /// The event's id, of a batch that of its first.
    package var id: String
    /// The digests of the events, 16 at most.
    package var digests: [UInt64]
    /// How many events it was about.
    package var eventCount: Int
    /// Whether it was this one that crashed, as far as the crashing thread could tell.
    package var isAtFault: Bool
  }

  /// The most records: more workers than that go without.
  private static let capacity = 8_192
  private static let recordBytes = 512
  private static let headerBytes = 64
  static let maxDigests = 16
  private static let texts: [(offset: Int, capacity: Int)] = [(144, 64), (208, 48), (256, 112), (368, 144)]

  private let file: SharedFile
  private let reserved = Atomic(0)

  /// The record of the worker whose task this is, for the handler of fatal signals; a worker's task has it all its life.
  @TaskLocal static var record: Int32 = -1

  /// Opens a journal.
  /// - Parameter path: the file that carries it.
  /// - Throws: `IsolationError` where the system refuses.
  package init(path: String) throws {
    file = try SharedFile(path: path, count: Self.headerBytes + Self.capacity * Self.recordBytes)
  }

  // MARK: Writing

  /// Reserves records for the workers of a pool.
  /// - Returns: the first of them; nil where there is no room.
  func reserve(_ count: Int) -> Int? {
    let base = reserved.add(count, ordering: .relaxed).oldValue
    return base + count <= Self.capacity ? base : nil
  }

  /// An invocation begins.
  func begin(_ index: Int, function: String, trigger: String, event: Event, digest: UInt64) {
    write(index, function, trigger, event)
    digests(index)[0] = digest
    states(index).pointee.store(1, ordering: .releasing)
  }

  /// An invocation of a batch begins.
  func begin(_ index: Int, function: String, trigger: String, events: [Event], digests values: [UInt64]) {
    guard let first = events.first else { return }
    write(index, function, trigger, first)
    for (position, value) in values.prefix(Self.maxDigests).enumerated() { digests(index)[position] = value }
    states(index).pointee.store(UInt64(events.count), ordering: .releasing)
  }

  /// An invocation is over.
  func end(_ index: Int) { states(index).pointee.store(0, ordering: .releasing) }

  private func write(_ index: Int, _ function: String, _ trigger: String, _ event: Event) {
    put(function, index, 0)
    put(trigger, index, 1)
    put(event.source, index, 2)
    put(event.id, index, 3)
  }

  private func put(_ text: String, _ index: Int, _ field: Int) {
    let (offset, capacity) = Self.texts[field]
    let target = record(index) + offset
    var text = text
    text.withUTF8 { bytes in
      let count = min(bytes.count, capacity - 1)
      target.storeBytes(of: UInt8(count), as: UInt8.self)
      if let base = bytes.baseAddress { (target + 1).copyMemory(from: base, byteCount: count) }
    }
  }

  // MARK: Reading

  /// Notes which record's invocation a fatal signal met; called by the handler of the signal.
  func markFault(_ record: Int32) { (file.bytes + 8).storeBytes(of: record + 1, as: Int32.self) }

  /// What was under way when the process ended; the one at fault first, where that is known.
  package func entries() -> [Entry] {
    let fault = Int(file.bytes.load(fromByteOffset: 8, as: Int32.self)) - 1
    var entries: [Entry] = []
    for index in 0..<Self.capacity {
      let count = Int(truncatingIfNeeded: states(index).pointee.load(ordering: .acquiring))
      guard count > 0 else { continue }
      entries.append(
        Entry(
          function: text(index, 0), trigger: text(index, 1), source: text(index, 2), id: text(index, 3),
          digests: (0..<min(count, Self.maxDigests)).map { digests(index)[$0] }, eventCount: count,
          isAtFault: index == fault))
    }
    return entries.filter(\.isAtFault) + entries.filter { !$0.isAtFault }
  }

  private func text(_ index: Int, _ field: Int) -> String {
    let (offset, capacity) = Self.texts[field]
    let source = record(index) + offset
    let count = min(Int(source.load(as: UInt8.self)), capacity - 1)
    return String(decoding: UnsafeRawBufferPointer(start: source + 1, count: count), as: UTF8.self)
  }

  // MARK: Layout: state, spare, digests, texts

  private func record(_ index: Int) -> UnsafeMutableRawPointer {
    file.bytes + Self.headerBytes + index * Self.recordBytes
  }

  private func states(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    record(index).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  private func digests(_ index: Int) -> UnsafeMutablePointer<UInt64> {
    (record(index) + 16).assumingMemoryBound(to: UInt64.self)
  }
}
