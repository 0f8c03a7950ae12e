/// An event that a trigger gave up, whole, with what is known of its failures.
public struct DeadLetter: Sendable {
  /// What becomes of a dead letter.
  public enum State: String, Sendable, CaseIterable {
    /// Waits for somebody to redrive or purge it.
    case waiting
    /// Somebody asked for another attempt, which nobody has begun.
    case requested
    /// An instance is at it again.
    case taken
  }

  /// A trigger of a function.
  public struct Place: Sendable, Hashable {
    /// The function's name.
    public var function: String
    /// The trigger's name in function.yaml.
    public var trigger: String

    /// Creates a place.
    /// - Parameters:
    ///   - function: the function's name.
    ///   - trigger: the trigger's name in function.yaml.
    public init(function: String, trigger: String) {
      self.function = function
      self.trigger = trigger
    }
  }

  /// Names it in the queue; 0 until it is there.
  public var id: Int64
  /// Whose event it was.
  public var place: Place
  /// The kind of the trigger.
  public var kind: String
  /// The event as the function saw it last.
  public var event: Event
  /// Why it was given up; its attempts are those of every time together.
  public var reason: DeadLetterReason
  /// When it failed first, in real time.
  public var firstFailure: EventTime
  /// When it failed last, in real time.
  public var lastFailure: EventTime
  /// How often it was redriven and came back.
  public var redrives: Int
  /// What becomes of it.
  public var state: State

  /// Creates a dead letter.
  /// - Parameters:
  ///   - id: names it in the queue; 0 until it is there.
  ///   - place: whose event it was.
  ///   - kind: the kind of the trigger.
  ///   - event: the event.
  ///   - reason: why it was given up.
  ///   - firstFailure: when it failed first.
  ///   - lastFailure: when it failed last.
  ///   - redrives: how often it was redriven and came back.
  ///   - state: what becomes of it.
  public init(
    id: Int64 = 0, place: Place, kind: String, event: Event, reason: DeadLetterReason, firstFailure: EventTime,
    lastFailure: EventTime, redrives: Int = 0, state: State = .waiting
  ) {
    self.id = id
    self.place = place
    self.kind = kind
    self.event = event
    self.reason = reason
    self.firstFailure = firstFailure
    self.lastFailure = lastFailure
    self.redrives = redrives
    self.state = state
  }
}
