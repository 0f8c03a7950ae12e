internal import DispatchCore
internal import DispatchState
internal import PostgresClient

/// Keeps and reads what riders ask for, quotes and rides, in groups: requests that come while a commit is under way are committed together.
///
/// Rows go in by rider. Whatever two rows may collide in, an id, a quote, a key, an active ride, belongs to one rider, so two groups never wait
/// for each other in a circle.
struct RideRequests: Sendable {
  /// How many quotes or rides go into one transaction.
  static let maxGroup = 128
  /// How many transactions of a kind are under way at once: one on its way to the disk while the other is worked on.
  static let maxUnderWay = 2

  /// A ride to keep with its messages.
  struct NewRide: Sendable {
    var ride: Ride
    var messages: [OutboxMessage]
  }

  let quotes: GroupedCalls<Quote, Bool>
  let rides: GroupedCalls<NewRide, Bool>
  let quotesByID: GroupedCalls<QuoteID, Quote?>
  /// Quotes that were committed a moment ago; they never change.
  let known = RecentQuotes()

  init(pool: PostgresPool) {
    quotes = GroupedCalls(maxGroup: Self.maxGroup, maxUnderWay: Self.maxUnderWay) { items throws(StateError) in
      try await Self.answers(items, id: { $0.id.text }, rider: { $0.rider.text }) { items throws(StateError) in
        try await Self.keep(items, on: pool)
      }
    }
    rides = GroupedCalls(maxGroup: Self.maxGroup, maxUnderWay: Self.maxUnderWay) { items throws(StateError) in
      try await Self.answers(items, id: { $0.ride.id.text }, rider: { $0.ride.rider.text }) {
        items throws(StateError) in
        try await Self.keep(items, on: pool)
      }
    }
    quotesByID = GroupedCalls(maxGroup: Self.maxGroup, maxUnderWay: Self.maxUnderWay) { ids throws(StateError) in
      let found = try await PostgresRecord.perform {
        try await pool.query(PostgresRecord.quotesByID, [.texts(Set(ids).map(\.text))]).map(Quote.init)
      }
      let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      return ids.map { .success(byID[$0]) }
    }
  }

  /// Keeps items that are all different, and says of each whether it was kept; of several with the same id, the first one is tried.
  ///
  /// Where the database refuses a group, each goes by itself, so that only those fail that are at fault.
  private static func answers<Item: Sendable>(
    _ items: [Item], id: (Item) -> String, rider: (Item) -> String,
    keep: ([Item]) async throws(StateError) -> Set<String>
  ) async throws(StateError) -> [Result<Bool, StateError>] {
    var seen: Set<String> = []
    var places: [(place: Int, rider: String)] = []
    for (place, item) in items.enumerated() where seen.insert(id(item)).inserted {
      places.append((place, rider(item)))
    }
    places.sort { ($0.rider, $0.place) < ($1.rider, $1.place) }
    var answers = [Result<Bool, StateError>](repeating: .success(false), count: items.count)
    do throws(StateError) {
      let kept = try await keep(places.map { items[$0.place] })
      for (place, _) in places { answers[place] = .success(kept.contains(id(items[place]))) }
    } catch {
      guard case .corrupt = error, places.count > 1 else { throw error }
      for (place, _) in places {
        do throws(StateError) {
          answers[place] = .success(try await keep([items[place]]).contains(id(items[place])))
        } catch {
          answers[place] = .failure(error)
        }
      }
    }
    return answers
  }

  private static func keep(_ quotes: [Quote], on pool: PostgresPool) async throws(StateError) -> Set<String> {
    var columns = ColumnArrays(count: Quote.columnCount)
    for quote in quotes { columns.append(quote.elements) }
    return try await keptIDs(PostgresRecord.insertQuotes, columns.parameters, on: pool)
  }

  private static func keep(_ items: [NewRide], on pool: PostgresPool) async throws(StateError) -> Set<String> {
    var columns = ColumnArrays(count: Ride.insertedColumnCount)
    var messages = MessageArrays()
    var owners: [String?] = []
    for item in items {
      columns.append(item.ride.elements)
      for message in item.messages {
        try messages.append(message)
        owners.append(item.ride.id.text)
      }
    }
    return try await keptIDs(
      PostgresRecord.insertRides, columns.parameters + messages.parameters + [.texts(owners)], on: pool)
  }

  private static func keptIDs(
    _ statement: PostgresStatement, _ parameters: [PostgresValue], on pool: PostgresPool
  ) async throws(StateError) -> Set<String> {
    try await PostgresRecord.perform { Set(try await pool.query(statement, parameters).map { try $0.text(0) }) }
  }
}
