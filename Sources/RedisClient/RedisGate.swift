/// Stands before commands to a server that may be failing: a circuit breaker, say, which this module does not know.
package struct RedisGate: Sendable {
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

  /// What the end of a call says of the server; nil is an answer.
  static func ending(_ error: RedisError?) -> Ending {
    switch error?.code {
    case nil: .succeeded
    case .connectFailed?, .connectionLost?, .timeout?, .clusterDown?, .authenticationFailed?: .failed
    case .cancelled?, .overloaded?, .closed?: .abandoned
    default: .succeeded
    }
  }
}

extension RedisClient {
  /// Asks the gate.
  /// - Throws: `RedisError` where the call must not be made.
  func enter() throws(RedisError) -> Int {
    guard let gate = configuration.gate else { return 0 }
    guard let pass = gate.admit() else {
      throw RedisError(.connectFailed, "the circuit is open: the server failed too often and is not asked for a while")
    }
    return pass
  }

  /// Tells the gate how a call ended.
  func leave(_ pass: Int, _ error: RedisError?) {
    configuration.gate?.ended(pass, RedisGate.ending(error))
  }
}

extension Result where Failure == RedisError {
  /// Why there is no answer; nil where there is one.
  var error: RedisError? {
    if case .failure(let error) = self { error } else { nil }
  }
}
