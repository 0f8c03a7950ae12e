/// Why a routing engine gave no answer that can be used.
package struct RoutingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of failure; also the values of a metric's label.
  package enum Code: String, Sendable, CaseIterable {
    /// No connection could be made.
    case unreachable
    /// The connection ended before the answer did.
    case connectionLost
    /// The answer did not come in time.
    case timedOut
    /// More requests wait for the engine than are let wait.
    case overloaded
    /// The engine failed so often that it is left alone for a while.
    case circuitOpen
    /// The engine refused the request.
    case refused
    /// What came is not what the engine's interface promises.
    case malformedAnswer
    /// The client was shut down.
    case closed
  }

  package var code: Code
  /// More about it; never a position.
  package var detail: String

  package init(_ code: Code, _ detail: String = "") {
    self.code = code
    self.detail = detail
  }

  package var description: String { detail.isEmpty ? code.rawValue : "\(code.rawValue): \(detail)" }
}
