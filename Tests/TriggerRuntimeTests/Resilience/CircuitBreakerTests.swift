import Testing

@testable import TriggerRuntime

@Suite("Circuit breakers")
struct CircuitBreakerTests {
  /// What happens, and where the breaker is afterwards.
  struct Step: Sendable, CustomTestStringConvertible {
    enum Action: Sendable {
      /// Time passes.
      case wait(Int)
      /// A call is made and ends so.
      case succeeds, fails, isAbandoned
      /// A call is begun and goes on; it is ended by `end…`.
      case begins, endsWell, endsBadly
      /// A call is not let through.
      case isRefused
    }

    enum Place: Sendable { case closed, open, halfOpen }

    var action: Action
    var place: Place
    var testDescription: String { "\(action) → \(place)" }
  }

  /// Three failures open it for 10 s; two probes must succeed.
  private static let policy = CircuitBreakerPolicy(
    consecutiveFailures: 3, openDuration: .seconds(10), halfOpenProbes: 2)

  @Test(
    "Every way from state to state",
    arguments: [
      // Failures must come in a row.
      [
        (.fails, .closed), (.fails, .closed), (.succeeds, .closed), (.fails, .closed), (.fails, .closed),
        (.fails, .open),
      ],
      // Open for its time, then a probe; each of the two must succeed.
      [
        (.fails, .closed), (.fails, .closed), (.fails, .open), (.wait(9), .open), (.isRefused, .open),
        (.wait(1), .open),
        (.succeeds, .halfOpen), (.succeeds, .closed), (.fails, .closed), (.fails, .closed), (.fails, .open),
      ],
      // One that fails opens it again, for the whole time.
      [
        (.fails, .closed), (.fails, .closed), (.fails, .open), (.wait(10), .open), (.succeeds, .halfOpen),
        (.fails, .open), (.wait(9), .open), (.isRefused, .open), (.wait(1), .open), (.begins, .halfOpen),
      ],
      // No more probes at once than asked for.
      [
        (.fails, .closed), (.fails, .closed), (.fails, .open), (.wait(10), .open), (.begins, .halfOpen),
        (.begins, .halfOpen), (.isRefused, .halfOpen), (.endsWell, .halfOpen), (.isRefused, .halfOpen),
        (.endsWell, .closed),
      ],
      // A probe that says nothing leaves its place to another.
      [
        (.fails, .closed), (.fails, .closed), (.fails, .open), (.wait(10), .open), (.isAbandoned, .halfOpen),
        (.succeeds, .halfOpen), (.isAbandoned, .halfOpen), (.succeeds, .closed),
      ],
      // What began before it opened says nothing later.
      [
        (.begins, .closed), (.fails, .closed), (.fails, .closed), (.fails, .open), (.endsBadly, .open),
        (.wait(10), .open), (.succeeds, .halfOpen), (.succeeds, .closed),
      ],
    ] as [[(Step.Action, Step.Place)]])
  func table(steps: [(Step.Action, Step.Place)]) {
    var state = CircuitBreakerState(Self.policy)
    var now = ContinuousClock.now
    var open: [CircuitBreakerState.Pass] = []
    for (index, (action, place)) in steps.enumerated() {
      switch action {
      case .wait(let seconds): now += .seconds(seconds)
      case .succeeds: if let pass = admitted(&state, now, index) { state.succeeded(pass) }
      case .fails: if let pass = admitted(&state, now, index) { state.failed(pass, now) }
      case .isAbandoned: if let pass = admitted(&state, now, index) { state.abandoned(pass) }
      case .begins: if let pass = admitted(&state, now, index) { open.append(pass) }
      case .endsWell: if let pass = open.popLast() { state.succeeded(pass) }
      case .endsBadly: if let pass = open.popLast() { state.failed(pass, now) }
      case .isRefused: #expect(state.admit(now) == nil, "step \(index)")
      }
      #expect(Self.place(of: state) == place, "after step \(index)")
    }
  }

  private func admitted(
    _ state: inout CircuitBreakerState, _ now: ContinuousClock.Instant, _ index: Int
  ) -> CircuitBreakerState.Pass? {
    let pass = state.admit(now)
    #expect(pass != nil, "step \(index)")
    return pass
  }

  private static func place(of state: CircuitBreakerState) -> Step.Place {
    switch state.phase {
    case .closed: .closed
    case .open: .open
    case .halfOpen: .halfOpen
    }
  }

  @Test("Many callers at once: it opens once, refuses, and counts both")
  func callers() async {
    let metrics = PrometheusMetrics()
    let breaker = CircuitBreaker(
      "function test", CircuitBreakerPolicy(consecutiveFailures: 5, openDuration: .seconds(3_600)), metrics: metrics)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask { if let pass = breaker.admit() { breaker.failed(pass) } }
      }
    }
    #expect(breaker.isOpen)
    #expect(breaker.admit() == nil)
    let text = String(decoding: metrics.render(), as: UTF8.self)
    #expect(text.contains("cabstand_circuit_opened_total{circuit=\"function test\"} 1"), "\(text)")
  }
}
