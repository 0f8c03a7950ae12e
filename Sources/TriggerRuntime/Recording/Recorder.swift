import FunctionKit
import Logging
import Synchronization

/// Writes down what functions see and do while somebody wants to know, on all instances that share a store.
///
/// An order lies in the shared store; every instance that sees it appends to one list, which is bounded by number, bytes and time. A line
/// that cannot be stored in time is dropped and counted: recording never delays an invocation.
final class Recorder: Sendable {
  private struct State {
    var order: RecordingOrder?
    var pending: [[UInt8]] = []
    var pendingBytes = 0
    var dropped: Int64 = 0
    /// What was stored or lost since the last look.
    var stored: Int64 = 0
  }

  private static let orderKey = "recording"
  private static let maxPending = 4_096
  private static let maxPendingBytes = 16 << 20
  /// How long a recording is kept.
  private static let lifetime = Duration.seconds(3_600)

  private let store: any KeyValueStore
  private let active = Atomic(false)
  private let sequence = Atomic<Int64>(0)
  private let state = Mutex(State())
  private let logger: Logger

  init(store: any KeyValueStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Whether some function's invocations are written down.
  var isActive: Bool { active.load(ordering: .relaxed) }

  /// Whether a function's invocations are written down; costs nothing to speak of while none are.
  func isOn(_ function: @autoclosure () -> String) -> Bool {
    guard isActive else { return false }
    let function = function()
    return state.withLock { $0.order?.includes(function) ?? false }
  }

  // MARK: Invocations

  /// Runs a function on an event and writes it down.
  func record(_ function: LoadedFunction, _ event: Event, _ context: Context) async throws -> Response {
    let lines = CapturedLines()
    var inner = context
    inner.logger = context.logger.capturing(lines)
    let (number, time) = (sequence.add(1, ordering: .relaxed).newValue, context.now)
    do {
      let response = try await function.handleUnrecorded(event, inner)
      add(function, event, context, number, time, .success(response), lines.all)
      return response
    } catch {
      add(function, event, context, number, time, .failure(error), lines.all)
      throw error
    }
  }

  /// Runs a function on a batch and writes down each event; the log stands with the first.
  func record(
    _ function: LoadedFunction, batch events: [Event], _ context: Context
  ) async -> [Result<Response, any Error>] {
    let lines = CapturedLines()
    var inner = context
    inner.logger = context.logger.capturing(lines)
    let time = context.now
    let last = sequence.add(Int64(events.count), ordering: .relaxed).newValue
    let results = await function.handleUnrecorded(batch: events, inner)
    for (index, pair) in zip(events, results).enumerated() {
      add(
        function, pair.0, context, last - Int64(events.count - 1 - index), time, pair.1, index == 0 ? lines.all : [])
    }
    return results
  }

  private func add(
    _ function: LoadedFunction, _ event: Event, _ context: Context, _ number: Int64, _ time: EventTime,
    _ result: Result<Response, any Error>, _ lines: [RecordedInvocation.Line]
  ) {
    let version = function.versions?.version(of: event, caller: context.caller)?.name
    let invocation = RecordedInvocation(
      function: function.name, version: version ?? function.specification.version, event: event, caller: context.caller,
      attempt: context.attempt, time: time, sequence: number, outcome: .init(result), log: lines)
    guard let redaction = state.withLock({ $0.order?.redaction }) else { return }
    let line = invocation.json(redaction)
    state.withLock { state in
      guard state.pending.count < Self.maxPending, state.pendingBytes + line.count <= Self.maxPendingBytes else {
        state.dropped += 1
        return
      }
      state.pending.append(line)
      state.pendingBytes += line.count
    }
  }

  // MARK: In the background

  /// Looks again and again until cancelled.
  func run(every period: Duration) async {
    while !Task.isCancelled {
      await look()
      try? await Task.sleep(for: period)
    }
    await look()
  }

  /// Reads the order and stores what was written down.
  func look() async {
    do {
      let order = try await store.get(Self.orderKey).flatMap { RecordingOrder(json: $0.value) }
      let isDue = order.map { $0.end > .realNow } ?? false
      let (lines, old, dropped): ([[UInt8]], RecordingOrder?, Int64) = state.withLock { state in
        defer {
          if isDue { state.order = order } else { state.order = nil }
          state.pending = []
          state.pendingBytes = 0
          state.dropped = 0
        }
        return (state.pending, state.order, state.dropped)
      }
      active.store(isDue, ordering: .relaxed)
      guard let old, !lines.isEmpty || dropped > 0 else { return }
      let taken = try await store.append(
        lines, to: Self.listKey(old.id), limit: old.maxEvents, expiresAfter: Self.lifetime)
      let lost = dropped + Int64(lines.count - taken)
      if lost > 0 { try await store.add(["dropped": lost], to: Self.listKey(old.id), expiresAfter: Self.lifetime) }
      if taken < lines.count { active.store(false, ordering: .relaxed) }
    } catch {
      logger.debug("the recording cannot be stored", metadata: ["error": .string(String(describing: error))])
    }
  }

  private static func listKey(_ id: String) -> String { "recording/\(id)" }

  // MARK: Administration

  /// Begins a recording; one that runs is replaced.
  func start(_ order: RecordingOrder) async throws {
    try await store.put(Self.orderKey, order.json(), expiresAfter: Self.lifetime)
    await look()
  }

  /// Ends the recording.
  func stop() async throws {
    try await store.remove(Self.orderKey)
    await look()
  }

  /// The order that holds at present; nil where nobody records.
  func order() async throws -> RecordingOrder? {
    try await store.get(Self.orderKey).flatMap { RecordingOrder(json: $0.value) }
  }

  /// Lines of a recording, from one on.
  func lines(_ id: String, from start: Int, limit: Int) async throws -> (lines: [[UInt8]], dropped: Int64) {
    let lines = try await store.list(Self.listKey(id), from: start, limit: limit)
    return (lines, try await store.counters(of: Self.listKey(id))["dropped"] ?? 0)
  }
}
