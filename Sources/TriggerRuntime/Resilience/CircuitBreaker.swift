package import CoreMetrics
import Synchronization

/// Stops calls to something that keeps failing, for many callers at once.
///
/// While all goes well it costs two atomic loads a call.
package final class CircuitBreaker: Sendable {
  /// Names it in the log and in readiness.
  package let name: String
  private let state: Mutex<CircuitBreakerState>
  /// Whether it is closed and the last call went well.
  private let isCalm = Atomic(true)
  private let opened: Counter
  private let refused: Counter

  /// Creates a closed one.
  /// - Parameters:
  ///   - name: names it, for example `function match-riders` or `binding redis`.
  ///   - policy: when it opens and closes.
  ///   - metrics: what it counts with.
  package init(_ name: String, _ policy: CircuitBreakerPolicy, metrics: any MetricsFactory) {
    self.name = name
    state = Mutex(CircuitBreakerState(policy))
    let labels = [("circuit", name)]
    opened = Counter(label: "cabstand_circuit_opened", dimensions: labels, factory: metrics)
    refused = Counter(label: "cabstand_circuit_refusals", dimensions: labels, factory: metrics)
  }

  /// A call that was let through.
  package struct Pass: Sendable {
    let inner: CircuitBreakerState.Pass

    /// The pass as a number, for those who cannot know its type.
    package var token: Int { inner == .probe ? 1 : 0 }
  }

  /// How a call ended.
  package enum Ending: Sendable {
    /// It went well.
    case succeeded
    /// It failed.
    case failed
    /// It says nothing about what it called.
    case abandoned
  }

  /// A call that was let through with a token has ended.
  package func ended(_ token: Int, _ ending: Ending) {
    let pass = Pass(inner: token == 1 ? .probe : .ordinary)
    switch ending {
    case .succeeded: succeeded(pass)
    case .failed: failed(pass)
    case .abandoned: abandoned(pass)
    }
  }

  /// Lets a call through, or not; whoever gets a pass says how the call ended, once.
  package func admit() -> Pass? {
    if isCalm.load(ordering: .relaxed) { return Pass(inner: .ordinary) }
    guard let pass = state.withLock({ $0.admit(.now) }) else {
      refused.increment()
      return nil
    }
    return Pass(inner: pass)
  }

  /// The call went well.
  package func succeeded(_ pass: Pass) {
    if isCalm.load(ordering: .relaxed) { return }
    let isCalm = state.withLock { state in
      state.succeeded(pass.inner)
      return state.phase == .closed(failures: 0)
    }
    if isCalm { self.isCalm.store(true, ordering: .relaxed) }
  }

  /// The call failed.
  package func failed(_ pass: Pass) {
    let hasOpened = state.withLock { state in
      isCalm.store(false, ordering: .relaxed)
      let before = state.phase
      state.failed(pass.inner, .now)
      if case .open = state.phase, state.phase != before { return true }
      return false
    }
    if hasOpened { opened.increment() }
  }

  /// The call says nothing about what it called.
  package func abandoned(_ pass: Pass) {
    guard case .probe = pass.inner else { return }
    state.withLock { $0.abandoned(pass.inner) }
  }

  /// Whether calls are stopped at present.
  package var isOpen: Bool {
    guard !isCalm.load(ordering: .relaxed) else { return false }
    return state.withLock { state in
      if case .open(let until) = state.phase { until > .now } else { false }
    }
  }
}
