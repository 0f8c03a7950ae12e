/// What a listener hears.
package enum PostgresNotification: Sendable, Hashable {
  /// `LISTEN` is in force, for the first time or again after a reconnect, or the reader was so slow that notifications
  /// had to be dropped. Whatever was sent before may have been missed: look at the table.
  case listening
  /// Somebody committed a `NOTIFY`.
  case message(payload: String)
}
