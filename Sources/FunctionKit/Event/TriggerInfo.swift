/// Which trigger delivered an event.
public struct TriggerInfo: Hashable, Sendable {
  /// The trigger's kind: `http`, `cron`, `redis-stream`, …
  public var kind: String
  /// The trigger's name in function.yaml.
  public var name: String

  /// Creates the description of a trigger.
  /// - Parameters:
  ///   - kind: the trigger's kind.
  ///   - name: its name in function.yaml.
  public init(kind: String, name: String) {
    self.kind = kind
    self.name = name
  }

  /// An invocation that no trigger made: `cabstand invoke`, or a test.
  public static let direct = TriggerInfo(kind: "direct", name: "direct")
}
