import FunctionKit

/// Where a trigger gets its events from, and whom it tells that they are done.
///
/// What was received and not acknowledged comes again, here or on another instance.
protocol DeliverySource: Sendable {
  /// Names the source in readiness and in the log, for example `topic rides`.
  var label: String { get }

  /// On whose behalf its events are handled.
  var caller: Caller { get }

  /// How often `maintain` is called, in real time; nil is never.
  var maintenancePeriod: Duration? { get }

  /// Whether it waits for moments of city time, and plans anew when that is set back.
  var followsClock: Bool { get }

  /// Makes the source ready; called until it succeeds.
  func open() async throws

  /// Takes deliveries in their order; waits for a while where there are none, and heeds its cancellation.
  /// - Parameter room: at most so many.
  func receive(_ room: Int) async throws -> [Delivery]

  /// Says that deliveries are still in hand, and takes over what others left.
  /// - Parameters:
  ///   - ids: the deliveries in hand.
  ///   - room: at most so many more.
  func maintain(_ ids: [String], room: Int) async throws -> [Delivery]

  /// The deliveries are done.
  func acknowledge(_ ids: [String]) async throws

  /// A delivery was given up, and is among the dead letters where there are any.
  func abandon(_ id: String) async throws

  /// Lets others have what a consumer had that is known to be gone.
  func release(consumer: String) async throws

  /// Nothing is received any more and nothing is in hand.
  func close() async
}

extension DeliverySource {
  var maintenancePeriod: Duration? { nil }

  var followsClock: Bool { false }

  func open() async throws {}

  func maintain(_ ids: [String], room: Int) async throws -> [Delivery] { [] }

  func abandon(_ id: String) async throws { try await acknowledge([id]) }

  func release(consumer: String) async throws {}

  func close() async {}
}
