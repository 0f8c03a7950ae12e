package import FunctionKit

/// What a function saw and did, as one line of a recording.
package struct RecordedInvocation: Sendable {
  /// How an invocation ended.
  package enum Outcome: Sendable, Equatable {
    case response(status: Int, contentType: String?, headers: [String: String], body: [UInt8])
    /// Server-sent events, of which a recording has none.
    case stream(status: Int)
    /// A failure on purpose.
    case failure(kind: String, code: String, message: String, field: String?)
    /// Any other failure, as text.
    case fault(String)
  }

  /// A line of the function's log.
  package struct Line: Sendable, Equatable {
    package var level: String
    package var message: String
    package var metadata: [String: String]
  }

  package var function: String
  package var version: String
  package var event: Event
  package var caller: Caller
  package var attempt: Int
  /// City time when it began.
  package var time: EventTime
  /// The order of beginnings within a process.
  package var sequence: Int64
  package var outcome: Outcome
  package var log: [Line]

  /// - Parameters:
  ///   - function: the function's name.
  ///   - version: its version.
  ///   - event: what it saw.
  ///   - caller: on whose behalf.
  ///   - attempt: 1 on the first attempt.
  ///   - time: city time when it began.
  ///   - sequence: the order of beginnings within a process.
  ///   - outcome: how it ended.
  ///   - log: what it logged.
  package init(
    function: String, version: String, event: Event, caller: Caller, attempt: Int, time: EventTime, sequence: Int64,
    outcome: Outcome, log: [Line]
  ) {
    self.function = function
    self.version = version
    self.event = event
    self.caller = caller
    self.attempt = attempt
    self.time = time
    self.sequence = sequence
    self.outcome = outcome
    self.log = log
  }
}

extension RecordedInvocation.Outcome {
  /// How an invocation ended.
  package init(_ result: Result<Response, any Error>) {
    switch result {
    case .success(let response):
      let headers = Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }
      switch response.body {
      case .empty:
        self = .response(status: response.status, contentType: response.contentType, headers: headers, body: [])
      case .bytes(let bytes):
        self = .response(status: response.status, contentType: response.contentType, headers: headers, body: bytes)
      case .events: self = .stream(status: response.status)
      }
    case .failure(let error as FunctionError):
      self = .failure(kind: error.kind.rawValue, code: error.code, message: error.message, field: error.field)
    case .failure(let error): self = .fault(String(describing: error))
    }
  }
}
