import FunctionKit

/// One event on its way to a function.
struct Delivery: Sendable {
  /// Names the delivery within its source.
  var id: String
  /// The event.
  var event: Event
  /// How often the source has handed it out, this time included.
  var deliveryCount = 1
  /// On whose behalf; nil is the source's own.
  var caller: Caller?
  /// Why it cannot be an event at all; it is given up without being tried.
  var fault: FunctionError?
  /// The dead letter that it was redriven from.
  var letter: DeadLetter?
}
