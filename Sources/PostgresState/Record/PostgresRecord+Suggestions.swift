package import DispatchCore
package import DispatchState
internal import HexGrid
internal import PostgresClient

extension PostgresRecord: SuggestionStore {
  package func suggest(_ items: [SuggestionCommit]) async throws -> [SuggestionID] {
    if items.isEmpty { return [] }
    let suggestions = items.map(\.suggestion)
    var messages = MessageArrays()
    for item in items { try messages.append(item.message) }
    let columns: [PostgresValue] = [
      .texts(suggestions.map(\.id.text)), .texts(suggestions.map(\.driver.text)),
      .texts(suggestions.map(\.region.text)),
      .doubles(suggestions.map(\.origin.latitude)), .doubles(suggestions.map(\.origin.longitude)),
      .doubles(suggestions.map(\.target.latitude)), .doubles(suggestions.map(\.target.longitude)),
      .ints(suggestions.map { Int64($0.driveSeconds) }), .ints(suggestions.map(\.statusVersion)),
      .ints(suggestions.map(\.madeAt.unixMilliseconds)), .ints(suggestions.map(\.expiresAt.unixMilliseconds)),
    ]
    defer { alarm.ring() }
    let kept: [String] = try await select(Self.suggest, columns + messages.parameters) { try $0.text(0) }
    let isKept = Set(kept)
    return suggestions.map(\.id).filter { isKept.contains($0.text) }
  }

  package func latestSuggestions(
    in region: RegionID, madeSince moment: Timestamp
  ) async throws -> [Suggestion] {
    try await select(Self.latestSuggestions, [.id(region), .time(moment)], Suggestion.init)
  }

  /// Drivers first, in the order of their ids, then suggestions, then messages: a feed's sequences are drawn while its driver's row
  /// is held, because sorting the messages waits for all rows.
  private static let suggest = PostgresStatement(
    """
    WITH wanted AS (
      SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::double precision[], $5::double precision[], $6::double precision[],
        $7::double precision[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[],
        $14::text[], $15::text[], $16::text[], $17::boolean[], $18::bigint[], $19::text[])
        WITH ORDINALITY AS wanted (
          suggestion_id, driver_id, region, origin_latitude, origin_longitude, target_latitude, target_longitude,
          drive_seconds, status_version, made_at, expires_at, type, feed_event, message_region, message_ride,
          message_driver, is_for_ride, time, body, number)),
    held AS MATERIALIZED (
      SELECT driver_id, activity, version FROM drivers WHERE driver_id = ANY ($2::text[])
      ORDER BY driver_id FOR UPDATE),
    kept AS (
      INSERT INTO suggestions (\(Suggestion.columns))
      SELECT suggestion_id, wanted.driver_id, region, origin_latitude, origin_longitude, target_latitude,
        target_longitude, drive_seconds, status_version, made_at, expires_at
      FROM wanted JOIN held ON held.driver_id = wanted.driver_id
      WHERE held.activity = 'idle' AND held.version = wanted.status_version
      ORDER BY number
      ON CONFLICT DO NOTHING RETURNING suggestion_id),
    sent AS (
      INSERT INTO outbox (type, feed_event, region, ride_id, driver_id, is_for_ride, time, body)
      SELECT type, feed_event, message_region, message_ride, message_driver, is_for_ride, time, body
      FROM wanted JOIN kept ON kept.suggestion_id = wanted.suggestion_id ORDER BY number)
    SELECT suggestion_id FROM kept
    """)

  private static let latestSuggestions = PostgresStatement(
    """
    SELECT DISTINCT ON (driver_id) \(Suggestion.columns) FROM suggestions WHERE region = $1 AND made_at >= $2
    ORDER BY driver_id, made_at DESC, suggestion_id DESC
    """)
}
