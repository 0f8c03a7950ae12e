internal import Synchronization

/// What one round trip carries: everything before one synchronisation point, with the caller who waits for it.
///
/// The server runs the calls of a unit outside a transaction block as one transaction, so a unit is all or nothing.
final class PostgresUnit: @unchecked Sendable {
  enum Kind: Sendable {
    /// Prepared statements, then a sync.
    case calls([PostgresPreparedCall])
    /// A script of several statements without parameters, or the start of a `COPY`. Only on a leased connection.
    case simple(String)
    /// A piece of `COPY … FROM STDIN`.
    case copyData([UInt8])
    /// The end of `COPY … FROM STDIN`; a message makes the server refuse it.
    case copyEnd(failure: String?)
    /// A request for the next piece of `COPY … TO STDOUT`.
    case copyFetch
    /// Nothing but a sync: what comes after is safe from a cancel request sent before.
    case fence
    /// A caller who wants a connection for himself; never sent.
    case lease
  }

  enum Outcome: Sendable {
    case rows([PostgresRows])
    case copyIn
    case copyOut
    case copyChunk([[UInt8]])
    case copyLastChunk([[UInt8]])
    case copyDone
    case connection(PostgresConnection)
  }

  enum Step {
    case prepare(PreparedStatement)
    case execute(PreparedStatement)
    case deallocate
  }

  private struct State {
    var continuation: CheckedContinuation<Result<Outcome, PostgresError>, Never>?
    var isFinished = false
    var isCancelled = false
    var sentOn: PostgresConnection?
  }

  let kind: Kind
  let deadline: MonotonicTime
  /// How long it may wait for a connection.
  let queueDeadline: MonotonicTime
  /// Whether it stands alone (outside a transaction), so that it may be sent again when it surely did not commit.
  let standsAlone: Bool
  /// Whether losing the connection leaves open if something was committed.
  let mayCommit: Bool
  private let state = Mutex(State())

  // From here on only used on the queue of the connection that the unit was sent on.
  var steps: [Step] = []
  var stepIndex = 0
  var results: [PostgresRows] = []
  var error: PostgresError?
  var isStale = false
  var wasResent = false
  var chunk: [[UInt8]] = []
  var chunkBytes = 0
  /// Why the caller no longer wants the answer.
  var abandoned: PostgresError.Code?

  init(
    _ kind: Kind, deadline: MonotonicTime, queueDeadline: MonotonicTime = .never, standsAlone: Bool, mayCommit: Bool
  ) {
    self.kind = kind
    self.deadline = deadline
    self.queueDeadline = min(queueDeadline, deadline)
    self.standsAlone = standsAlone
    self.mayCommit = mayCommit
  }

  /// Hands the unit over and waits for its outcome.
  /// - Parameter ignoresCancellation: for clean-up that must happen.
  func run(
    ignoresCancellation: Bool = false, _ submit: (PostgresUnit) -> Void
  ) async throws(PostgresError) -> Outcome {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if begin(continuation) { submit(self) }
      }
    } onCancel: {
      if !ignoresCancellation { cancel() }
    }
    return try result.get()
  }

  var isFinished: Bool { state.withLock { $0.isFinished } }

  /// Marks the unit as sent.
  /// - Returns: whether it is still wanted.
  func markSent(on connection: PostgresConnection) -> Bool {
    state.withLock { state in
      if state.isFinished { return false }
      state.sentOn = connection
      return true
    }
  }

  /// Makes the unit as good as new, for another connection.
  func reset() {
    state.withLock { $0.sentOn = nil }
    steps = []
    stepIndex = 0
    results = []
    error = nil
    isStale = false
  }

  /// Gives the caller his answer, once.
  /// - Returns: whether this was the first answer.
  @discardableResult
  func finish(_ result: Result<Outcome, PostgresError>) -> Bool {
    let (first, continuation) = state.withLock { state in
      if state.isFinished { return (false, nil as CheckedContinuation<Result<Outcome, PostgresError>, Never>?) }
      state.isFinished = true
      state.sentOn = nil
      return (true, state.continuation.take())
    }
    continuation?.resume(returning: result)
    return first
  }

  private func begin(_ continuation: CheckedContinuation<Result<Outcome, PostgresError>, Never>) -> Bool {
    let isCancelled = state.withLock { state in
      if state.isCancelled {
        state.isFinished = true
        return true
      }
      state.continuation = continuation
      return false
    }
    if isCancelled { continuation.resume(returning: .failure(Self.cancelledBeforeSending)) }
    return !isCancelled
  }

  private func cancel() {
    let (connection, continuation) = state.withLock { state in
      state.isCancelled = true
      if state.isFinished { return (nil as PostgresConnection?, state.continuation.take()) }
      if let connection = state.sentOn { return (connection, nil) }
      // Not sent yet: whoever holds it in a queue will find it finished and drop it.
      if state.continuation != nil { state.isFinished = true }
      return (nil, state.continuation.take())
    }
    continuation?.resume(returning: .failure(Self.cancelledBeforeSending))
    connection?.abandon(self, .cancelled)
  }

  private static let cancelledBeforeSending = PostgresError(.cancelled, "the task was cancelled")
}

/// A statement with its encoded parameters.
struct PostgresPreparedCall: Sendable {
  let sql: String
  let parameters: PostgresParameters

  init(sql: String) {
    self.sql = sql
    parameters = .none
  }

  init(_ call: PostgresCall) throws(PostgresError) {
    sql = call.statement.sql
    parameters = try PostgresParameters(call.parameters)
  }

  init(_ statement: PostgresStatement, _ values: [PostgresValue]) throws(PostgresError) {
    sql = statement.sql
    parameters = try PostgresParameters(values)
  }
}

/// A statement that one connection has prepared, or is preparing.
final class PreparedStatement {
  let sql: String
  let name: String
  var lastUse: UInt64 = 0
  /// Known after the first answer.
  var columns: PostgresColumns?

  init(sql: String, name: String) {
    self.sql = sql
    self.name = name
  }

  /// 1 asks for binary results, once it is known that every column can be decoded from them.
  var resultFormat: Int32 { columns?.hasBinaryDecoders == true ? 1 : 0 }
}
