/// A trigger that gets its events by itself: cron, streams.
protocol Trigger: Sendable {
  /// Names the trigger in readiness and in the log: function and trigger.
  var name: String { get }

  /// Why the trigger cannot do its work at present; nil where it can.
  var trouble: String? { get }

  /// Works until it was told to stop and what it had begun is done.
  func run() async

  /// City time was set back: what waits for a later moment plans anew.
  func clockMovedBack()

  /// Takes nothing new from now on.
  func stop()
}

extension Trigger {
  func clockMovedBack() {}
}
