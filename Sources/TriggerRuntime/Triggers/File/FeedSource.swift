import FunctionKit
import Synchronization

/// A file that grows: a CloudEvent in its JSON format per line. How far it was handled stands in a file beside it.
///
/// The position is where the first line begins that is not done, so that a restart repeats what was done behind it. A file that was
/// replaced or cut short is read from its beginning.
final class FeedSource: DeliverySource {
  private struct State {
    var isKnown = false
    var inode: UInt64 = 0
    /// Grows when the file is another; ids of before mean nothing any more.
    var generation = 0
    /// Where to read on.
    var next: Int64 = 0
    /// Where lines begin that are not done, in order.
    var open: [Int64] = []
    var done: Set<Int64> = []
    /// What was written to the position file.
    var written: Int64 = -1

    /// Where the first line begins that is not done.
    var position: Int64 { open.first ?? next }
  }

  private let path: String
  private let positionPath: String
  private let pollInterval: Duration
  private let lease: SourceLease
  private let state = Mutex(State())

  /// The longest line.
  private static let maxBytes = 4 << 20

  let label: String
  let caller = Caller.service("file")
  let maintenancePeriod: Duration? = SourceLease.duration / 3

  init(path: String, position: String, pollInterval: Duration, lease: SourceLease) {
    self.path = path
    positionPath = position
    self.pollInterval = pollInterval
    self.lease = lease
    label = "feed \(path)"
  }

  func receive(_ room: Int) async throws -> [Delivery] {
    guard try await lease.isHeld() else {
      state.withLock { $0.isKnown = false }
      try await Task.sleep(for: pollInterval)
      return []
    }
    if state.withLock({ !$0.isKnown }) { try await find() }
    let (path, next) = (path, state.withLock { $0.next })
    let part = try await FileWork.run { try FileWork.read(path, from: next, limit: Self.maxBytes + 1) }
    let isSame = state.withLock { state in
      if state.inode == part.inode, part.size >= state.next { return true }
      state = State(isKnown: true, inode: part.inode, generation: state.generation + 1)
      return false
    }
    guard isSame else { return [] }
    let deliveries = take(part.bytes, room)
    if deliveries.isEmpty { try await Task.sleep(for: pollInterval) }
    return deliveries
  }

  /// Reads how far the feed was handled.
  private func find() async throws {
    let (path, positionPath) = (path, positionPath)
    let (inode, position) = try await FileWork.run { () throws -> (UInt64, Int64) in
      let inode = try FileWork.read(path, limit: 0).inode
      guard FileWork.exists(positionPath) else { return (inode, 0) }
      let text = String(decoding: try FileWork.read(positionPath, limit: 128).bytes, as: UTF8.self)
      let words = text.split { $0 == " " || $0 == "\n" }
      guard words.count == 2, let known = UInt64(words[0]), let position = Int64(words[1]), position >= 0 else {
        throw SetupError("\(positionPath) is no position; remove it to read the feed from its beginning")
      }
      return (inode, known == inode ? position : 0)
    }
    state.withLock { state in
      state = State(isKnown: true, inode: inode, generation: state.generation + 1, next: position, written: position)
    }
  }

  /// The whole lines among bytes that begin where the next line does.
  private func take(_ bytes: [UInt8], _ room: Int) -> [Delivery] {
    state.withLock { state in
      var deliveries: [Delivery] = []
      var start = 0
      while deliveries.count < room {
        let end: Int
        if let newline = bytes[start...].firstIndex(of: 0x0A) {
          end = newline + 1
        } else if bytes.count - start > Self.maxBytes {
          // A line without an end: what was read of it is given up, and the rest of it after it.
          end = bytes.count
        } else {
          break
        }
        let line = Array(bytes[start..<end].trimming { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x09 })
        let offset = state.next
        state.next += Int64(end - start)
        start = end
        guard !line.isEmpty else { continue }
        state.open.append(offset)
        deliveries.append(
          EventText.delivery(
            "\(state.generation):\(offset)", line, source: "file:\(path)#\(offset)", maxBytes: Self.maxBytes))
      }
      return deliveries
    }
  }

  func maintain(_ ids: [String], room: Int) async throws -> [Delivery] {
    try await lease.renew()
    return []
  }

  func acknowledge(_ ids: [String]) async throws {
    let (inode, position) = state.withLock { state -> (UInt64, Int64?) in
      for id in ids {
        let parts = id.split(separator: ":")
        guard parts.count == 2, Int(parts[0]) == state.generation, let offset = Int64(parts[1]) else { continue }
        state.done.insert(offset)
      }
      let count = state.open.prefix { state.done.contains($0) }.count
      for offset in state.open[..<count] { state.done.remove(offset) }
      state.open.removeFirst(count)
      let position = state.position
      return (state.inode, position > state.written ? position : nil)
    }
    guard let position else { return }
    let positionPath = positionPath
    try await FileWork.run { try FileWork.replace(positionPath, by: "\(inode) \(position)\n") }
    state.withLock { state in
      if state.inode == inode { state.written = max(state.written, position) }
    }
  }

  func close() async { await lease.release() }
}

extension ArraySlice<UInt8> {
  /// Without the bytes of a kind at both ends.
  fileprivate func trimming(_ isLeftOut: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    var slice = drop(while: isLeftOut)
    while let last = slice.last, isLeftOut(last) { slice.removeLast() }
    return slice
  }
}
