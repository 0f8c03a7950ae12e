/// Who a connection reports to; called on the connection's queue.
protocol PostgresConnectionOwner: AnyObject, Sendable {
  /// The connection can be used.
  func connectionIsReady(_ connection: PostgresConnection)
  /// The connection could not be made, was lost, or was closed as asked (then without an error). It is reported once.
  func connectionHasEnded(_ connection: PostgresConnection, error: PostgresError?)
  /// This many units have been answered or dropped.
  func connection(_ connection: PostgresConnection, hasFinished units: Int)
  /// A cancel request is on its way, so new units would wait; or it is over.
  func connection(_ connection: PostgresConnection, isFenced: Bool)
  /// The unit surely had no effect and should be sent on another connection; it counts as finished here.
  func connection(_ connection: PostgresConnection, returns unit: PostgresUnit)
  /// Somebody notified a channel.
  func connection(_ connection: PostgresConnection, wasNotified channel: String, payload: String)
}

extension PostgresConnectionOwner {
  func connection(_ connection: PostgresConnection, isFenced: Bool) {}
  func connection(_ connection: PostgresConnection, hasFinished units: Int) {}
  func connection(_ connection: PostgresConnection, wasNotified channel: String, payload: String) {}
}
