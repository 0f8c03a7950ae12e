package import FunctionKit

/// A function as a simulation runs it: the same instance that a server would host, without the server.
package struct SimulatedFunction: Sendable {
  /// A cron trigger.
  package struct Tick: Sendable {
    /// The trigger's name.
    package var trigger: String
    /// The first tick after a moment of city time; nil where there is none.
    package var next: @Sendable (EventTime) -> EventTime?

    /// Creates a trigger.
    package init(trigger: String, next: @escaping @Sendable (EventTime) -> EventTime?) {
      self.trigger = trigger
      self.next = next
    }
  }

  /// The function's name, as in its function.yaml.
  package var name: String
  /// The function's version.
  package var version: String
  package var function: any Function
  /// Its cron triggers.
  package var ticks: [Tick]
  /// Its triggers that take every message of the outbox.
  package var streams: [String]

  /// Creates a function.
  package init(
    name: String, version: String = "1", function: any Function, ticks: [Tick] = [], streams: [String] = []
  ) {
    self.name = name
    self.version = version
    self.function = function
    self.ticks = ticks
    self.streams = streams
  }
}
