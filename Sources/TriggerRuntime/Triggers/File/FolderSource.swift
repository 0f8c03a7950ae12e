import FunctionKit
import Synchronization

/// A folder of files that end in `.json`, each a CloudEvent in its JSON format, in the order of their names.
///
/// A handled file goes to `done/`, one that was given up to `failed/`; or, where the folder must stay as it is, their names go to the
/// file `.handled` in it. Whoever adds a file writes it elsewhere or under another ending and renames it.
final class FolderSource: DeliverySource {
  private struct State {
    var inHand: Set<String> = []
    var handled: Set<String> = []
  }

  private let path: String
  private let moves: Bool
  private let pollInterval: Duration
  private let lease: SourceLease
  private let state = Mutex(State())

  /// The largest file.
  private static let maxBytes = 16 << 20

  let label: String
  let caller = Caller.service("file")
  let maintenancePeriod: Duration? = SourceLease.duration / 3

  init(path: String, moves: Bool, pollInterval: Duration, lease: SourceLease) {
    self.path = path
    self.moves = moves
    self.pollInterval = pollInterval
    self.lease = lease
    label = "folder \(path)"
  }

  private var memory: String { "\(path)/.handled" }

  func open() async throws {
    let (path, moves, memory) = (path, moves, memory)
    let handled = try await FileWork.run {
      guard !moves else {
        try FileWork.makeFolder("\(path)/done")
        try FileWork.makeFolder("\(path)/failed")
        return [String]()
      }
      guard FileWork.exists(memory) else { return [] }
      let text = String(decoding: try FileWork.read(memory, limit: 1 << 30).bytes, as: UTF8.self)
      return text.split(separator: "\n").map(String.init)
    }
    state.withLock { $0.handled.formUnion(handled) }
  }

  func receive(_ room: Int) async throws -> [Delivery] {
    guard try await lease.isHeld() else {
      try await Task.sleep(for: pollInterval)
      return []
    }
    let path = path
    let names = try await FileWork.run { try FileWork.names(path) }
    let wanted = state.withLock { state in
      names.filter { $0.hasSuffix(".json") && !state.inHand.contains($0) && !state.handled.contains($0) }
        .prefix(room)
    }
    guard !wanted.isEmpty else {
      try await Task.sleep(for: pollInterval)
      return []
    }
    var deliveries: [Delivery] = []
    for name in wanted {
      let bytes = try await FileWork.run { () throws -> [UInt8]? in
        do {
          return try FileWork.read("\(path)/\(name)", limit: Self.maxBytes + 1).bytes
        } catch let fault as FileFault where !FileWork.exists(fault.path) {
          return nil
        }
      }
      if let bytes { deliveries.append(delivery(name, bytes)) }
    }
    state.withLock { $0.inHand.formUnion(deliveries.map(\.id)) }
    return deliveries
  }

  private func delivery(_ name: String, _ bytes: [UInt8]) -> Delivery {
    EventText.delivery(name, bytes, source: "file:\(path)/\(name)", maxBytes: Self.maxBytes)
  }

  func maintain(_ ids: [String], room: Int) async throws -> [Delivery] {
    try await lease.renew()
    return []
  }

  func acknowledge(_ ids: [String]) async throws { try await finish(ids, folder: "done") }

  func abandon(_ id: String) async throws { try await finish([id], folder: "failed") }

  private func finish(_ names: [String], folder: String) async throws {
    let (path, moves, memory) = (path, moves, memory)
    try await FileWork.run {
      guard moves else { return try FileWork.append(names, to: memory) }
      for name in names { try FileWork.move(name, from: path, to: "\(path)/\(folder)") }
    }
    state.withLock { state in
      state.inHand.subtract(names)
      if !moves { state.handled.formUnion(names) }
    }
  }

  func close() async { await lease.release() }
}
