import Dispatch

/// One timer for many deadlines: it is set for the earliest, and set again only when an earlier one comes or it fires.
///
/// Statements have nearly equal deadlines and nearly all are answered long before, so this costs a comparison per
/// statement instead of a timer. Use it only on its queue.
final class DeadlineTimer {
  private let source: any DispatchSourceTimer
  private var target = MonotonicTime.never

  /// - Parameter fired: what to do when the time has come; it returns the next deadline, if any.
  init(queue: DispatchQueue, fired: @escaping () -> MonotonicTime) {
    source = DispatchSource.makeTimerSource(queue: queue)
    source.setEventHandler { [weak self] in
      guard let self else { return }
      target = .never
      arm(fired())
    }
    source.activate()
  }

  /// Makes sure that the timer fires at `deadline` or before.
  func arm(_ deadline: MonotonicTime) {
    guard deadline < target else { return }
    target = deadline
    source.schedule(deadline: deadline.dispatchTime, leeway: .milliseconds(1))
  }

  /// Ends the timer and lets go of its handler.
  func cancel() { source.cancel() }
}
