import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

/// Many drivers and riders who do as they please: everything is drawn from the seed, so that the same seed tells the same story.
struct Scenario {
  let city: City
  private var random: SeededRandom
  /// How often each kind of operation was answered with which status.
  private(set) var answers: [String: Int] = [:]

  init(seed: UInt64) async throws {
    city = try await City()
    random = SeededRandom(seed: seed)
    for number in 0..<12 { try await city.online("cab-\(number)", at: place()) }
  }

  private mutating func place() -> GeoPoint {
    GeoPoint(
      latitude: 37.76 + .random(in: 0..<0.04, using: &random),
      longitude: -122.44 + .random(in: 0..<0.05, using: &random))
  }

  private mutating func driver() -> String { "cab-\(random.below(14))" }
  private mutating func rider() -> String { "r-\(random.below(10))" }

  private mutating func note(_ what: String, _ answer: Answer) {
    #expect([200, 201, 204, 400, 403, 404, 409, 410, 422].contains(answer.status), "\(what): \(answer.summary)")
    answers["\(what) \(answer.status)", default: 0] += 1
  }

  /// Some ride, mostly a lively one.
  private mutating func ride() async throws -> Ride? {
    let all = try await city.record.rides(.init(), after: nil, limit: 400)
    let live = all.filter { !$0.state.isFinal }
    return (random.chance(0.9) ? live : all).randomElement(using: &random)
  }

  /// One thing that somebody does.
  mutating func operation() async throws {
    switch random.below(20) {
    case 0...4: try await ping()
    case 5: try await shift()
    case 6, 7: try await request()
    case 8...10: try await answer()
    case 11...14: try await step()
    case 15: try await cancel()
    case 16: note("series", try await city.keepHistory())
    case 17: try await city.relay()
    default:
      city.wait(random.below(6))
      note("match", try await city.match())
      note("expire", try await city.expire())
      note("sweep", try await city.sweepFares())
    }
  }

  private mutating func ping() async throws {
    let count = 1 + random.below(5)
    let pings = (0..<count).map { _ in
      let (driver, point, age) = (driver(), place(), random.below(20))
      return #"{"driver":"\#(driver)","time":\#(city.now.unixMilliseconds - Int64(age) * 1_000),"#
        + #""latitude":\#(random.chance(0.03) ? 95 : point.latitude),"longitude":\#(point.longitude)}"#
    }
    note("ping", try await city.call("POST", "/v1/pings", "[" + pings.joined(separator: ",") + "]"))
  }

  private mutating func shift() async throws {
    let driver = driver()
    note("shift", random.chance(0.7) ? try await city.online(driver, at: place()) : try await city.offline(driver))
  }

  private mutating func request() async throws {
    let (rider, pickup, dropoff) = (rider(), place(), place())
    let quote = try await city.quote(rider, from: pickup, to: dropoff)
    let asking = random.chance(0.9) ? rider : self.rider()
    let body = #"{"rider":"\#(asking)","quoteId":"\#(quote)"}"#
    let headers = [(name: "idempotency-key", value: "key-\(random.below(40))")]
    for _ in 0...random.below(2) { note("request", try await city.call("POST", "/v1/rides", body, headers: headers)) }
  }

  private mutating func answer() async throws {
    guard let ride = try await ride(), ride.offerRound > 0 else { return }
    let offer = OfferID.offer(of: ride.id, round: 1 + random.below(ride.offerRound))
    let known = try await city.record.offer(offer)
    let driver = random.chance(0.85) ? known?.driver.text ?? driver() : driver()
    let verb = random.chance(0.75) ? "accept" : "decline"
    note(verb, try await city.call("POST", "/v1/offers/\(offer)/\(verb)", #"{"driver":"\#(driver)"}"#))
  }

  private mutating func step() async throws {
    guard let ride = try await ride() else { return }
    let likely: [RideState: String] = [.accepted: "arrive", .arrived: "start", .started: "complete"]
    let any = ["arrive", "start", "complete", "no-show"][random.below(4)]
    let step = random.chance(0.8) ? likely[ride.state] ?? any : any
    let driver = random.chance(0.9) ? ride.driver?.text ?? driver() : driver()
    let time = city.now.unixMilliseconds + Int64(random.below(100) - 60) * 1_000
    note(step, try await city.step(step, ride.id.text, driver, more: #","time":\#(time)"#))
  }

  private mutating func cancel() async throws {
    guard let ride = try await ride(), random.chance(0.5) else { return }
    if random.chance(0.5) {
      note("cancel", try await city.cancel(ride.id.text, rider: random.chance(0.8) ? ride.rider.text : rider()))
    } else {
      note("giveBack", try await city.step("cancel", ride.id.text, ride.driver?.text ?? driver()))
    }
  }

  /// Lets the day end: nobody does anything any more but the sweeps.
  mutating func finish() async throws {
    for ride in try await city.record.rides(.init(), after: nil, limit: 4_000) {
      guard let driver = ride.driver?.text, ride.state.hasActiveDriver else { continue }
      for step in ["arrive", "start", "complete"] { _ = try await city.step(step, ride.id.text, driver) }
    }
    for _ in 0..<30 {
      city.wait(60)
      try await city.expire()
      try await city.relay()
      try await city.sweepFares()
    }
  }

  /// The whole outbox as bytes: equal stories have equal ones.
  func outbox() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for ride in try await city.record.rides(.init(), after: nil, limit: .max) {
      for message in try await city.record.messages(for: .ride(ride.id), after: 0, limit: .max) {
        bytes += Array("\(message.sequence) \(message.message.type) ".utf8) + message.message.body
      }
    }
    return bytes
  }
}
