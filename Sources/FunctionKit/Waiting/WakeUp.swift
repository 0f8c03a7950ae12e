import Synchronization

/// Lets tasks wait until something they look at may have changed; a change between the look and the wait is not lost.
package final class WakeUp: Sendable {
  private struct State {
    var generation: UInt64 = 0
    var nextKey: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    /// Waits that were over before they began.
    var ended: Set<UInt64> = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Changes with every `notify`; read it before looking.
  package var generation: UInt64 { state.withLock { $0.generation } }

  /// Wakes everybody who waits.
  package func notify() {
    let waiters = state.withLock { state in
      state.generation &+= 1
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume() }
  }

  /// Waits for the first `notify` after a generation was read.
  /// - Parameters:
  ///   - generation: what `generation` was before the caller looked.
  ///   - deadline: when to stop waiting anyway; nil is never.
  package func wait(after generation: UInt64, until deadline: ContinuousClock.Instant? = nil) async {
    let key = state.withLock { state in
      state.nextKey += 1
      return state.nextKey
    }
    let timer = deadline.map { deadline in
      Task {
        guard (try? await Task.sleep(until: deadline)) != nil else { return }
        end(key)
      }
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let waits = state.withLock { state in
          guard state.generation == generation, state.ended.remove(key) == nil else { return false }
          state.waiters[key] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      end(key)
    }
    timer?.cancel()
    await timer?.value
    _ = state.withLock { $0.ended.remove(key) }
  }

  private func end(_ key: UInt64) {
    let waiter = state.withLock { state in
      let waiter = state.waiters.removeValue(forKey: key)
      if waiter == nil { state.ended.insert(key) }
      return waiter
    }
    waiter?.resume()
  }
}
