internal import DispatchCore
internal import DispatchState
internal import PostgresClient

/// Messages as parallel arrays, one element per message.
struct MessageArrays {
  private var types: [String?] = []
  private var feedEvents: [String?] = []
  private var regions: [String?] = []
  private var rides: [String?] = []
  private var drivers: [String?] = []
  private var areForRide: [Bool?] = []
  private var times: [Int64?] = []
  private var bodies: [String?] = []

  /// - Throws: `StateError.corrupt` where a body is not UTF-8, so no JSON.
  mutating func append(_ message: OutboxMessage) throws(StateError) {
    guard let body = String(validating: message.body, as: UTF8.self) else {
      throw .corrupt("a message's body is not UTF-8")
    }
    types.append(message.type)
    // Together in one text: see migrations/0015_trace.sql.
    feedEvents.append(message.trace.map { "\(message.feedEvent)\u{1F}\($0)" } ?? message.feedEvent)
    regions.append(message.region.text)
    rides.append(message.ride.text)
    drivers.append(message.driver?.text)
    areForRide.append(message.isForRide)
    times.append(message.time.unixMilliseconds)
    bodies.append(body)
  }

  /// Type, feed event, region, ride, driver, whether for the ride, time, body.
  var parameters: [PostgresValue] {
    [
      .texts(types), .texts(feedEvents), .texts(regions), .texts(rides), .texts(drivers), .bools(areForRide),
      .ints(times), .texts(bodies),
    ]
  }
}
