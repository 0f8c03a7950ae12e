/// Stands before statements to a server that may be failing: a circuit breaker, say, which this module does not know.
package struct PostgresGate: Sendable {
  /// How a call ended.
  package enum Ending: Sendable {
    /// The server answered.
    case succeeded
    /// There was no answer, or no server.
    case failed
    /// The call says nothing about the server.
    case abandoned
  }

  /// Lets a call through with a token, or not.
  package var admit: @Sendable () -> Int?
  /// A call that was let through has ended.
  package var ended: @Sendable (Int, Ending) -> Void

  /// Creates a gate.
  package init(admit: @escaping @Sendable () -> Int?, ended: @escaping @Sendable (Int, Ending) -> Void) {
    self.admit = admit
    self.ended = ended
  }

  /// What the end of a call says of the server.
  static func ending(_ error: PostgresError) -> Ending {
    switch error.code {
    case .connectFailed, .connectionLost, .timeout: .failed
    case .cancelled, .poolExhausted: .abandoned
    default: .succeeded
    }
  }
}

extension PostgresPool {
  /// Asks the gate.
  /// - Throws: `PostgresError` where the call must not be made.
  func enter() throws(PostgresError) -> Int {
    guard let gate = configuration.gate else { return 0 }
    guard let pass = gate.admit() else {
      throw PostgresError(
        .connectFailed, "the circuit is open: the server failed too often and is not asked for a while")
    }
    return pass
  }
}
