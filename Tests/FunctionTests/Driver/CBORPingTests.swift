import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("location-ping, pings in CBOR")
struct CBORPingTests {
  private static let now = City.start.unixMilliseconds

  private func post(_ bytes: [UInt8], to city: City, as caller: Caller = .anonymous) async throws -> Answer {
    try await city.call("POST", "/v1/pings", bytes: bytes, as: caller, contentType: "application/cbor")
  }

  private func ping(_ number: Int, _ more: CBORValue...) -> CBORValue {
    .array([.text("cab-\(number)"), .integer(Self.now), .double(37.77), .double(-122.41)] + more)
  }

  @Test("A ping alone and an array of pings move their drivers")
  func accepted() async throws {
    let city = try await City()
    let alone = try await post(
      CBORValue.array([
        .text("cab-7"), .integer(1_212_735_600_000), .double(37.74134), .double(-122.40766), .integer(90), .double(4.2),
        .bool(true), .integer(5), .array([.integer(1), .text("more")]),
      ]).bytes, to: city, as: .driver("cab-7"))
    #expect(alone.status == 200 && alone["accepted"]?.integer == 1 && alone["superseded"]?.integer == 0)
    let known = try #require(try await city.fleet.driver(DriverID(trusted: "cab-7"), in: City.region))
    #expect(known.position == GeoPoint(latitude: 37.74134, longitude: -122.40766))
    #expect(known.seenAt == City.start && known.headingDegrees == 90 && known.isOccupied)
    let several = try await post(CBORValue.array([ping(1), ping(2), ping(7)]).bytes, to: city)
    #expect(several["accepted"]?.integer == 3 && several["superseded"]?.integer == 0)
    let again = try await post(CBORValue.array([ping(1), ping(2)]).bytes, to: city)
    #expect(again["accepted"]?.integer == 2 && again["superseded"]?.integer == 2)
    #expect(try await post([0x80], to: city)["accepted"]?.integer == 0)
    try await city.audit()
  }

  @Test("Every way to write a number, a time and an array is read")
  func forms() async throws {
    let city = try await City()
    // 37.5 as half, single and double; -122 as an integer; times as whole double and as text; arrays that end by a mark.
    let half: [UInt8] = [0xF9, 0x50, 0xB0]
    let single: [UInt8] = [0xFA, 0x42, 0x16, 0x00, 0x00]
    let double = CBORValue.double(37.5).bytes
    for (number, latitude) in [half, single, double].enumerated() {
      let text = CBORValue.text("cab-\(number)").bytes
      let times = [
        CBORValue.integer(Self.now).bytes, CBORValue.double(Double(Self.now)).bytes,
        CBORValue.text("2008-06-06T00:00:00-07:00").bytes,
      ]
      let longitude = CBORValue.integer(-122).bytes
      let body = [0x9F, 0x9F] + text + times[number] + latitude + longitude + [0xF6, 0xF7, 0xF4, 0xFF, 0xFF]
      let answer = try await post(body, to: city)
      #expect(answer.status == 200 && answer["accepted"]?.integer == 1, "\(number)")
      let known = try await city.fleet.driver(DriverID(trusted: "cab-\(number)"), in: City.region)
      #expect(known?.position == GeoPoint(latitude: 37.5, longitude: -122) && known?.seenAt == City.start)
    }
  }

  @Test(
    "Every wrong field is named, alone and in an array",
    arguments: [
      (0, .integer(7), 400, "wrongType", "driver"), (0, .text("a b"), 400, "badID", "driver"),
      (0, .text(""), 400, "badID", "driver"), (0, .null, 400, "missingField", "driver"),
      (0, .text(String(repeating: "x", count: 65)), 400, "badID", "driver"),
      (1, .text("noon"), 400, "badTime", "time"), (1, .bool(true), 400, "wrongType", "time"),
      (1, .double(1.5), 400, "badTime", "time"), (1, .null, 400, "missingField", "time"),
      (1, .array([]), 400, "wrongType", "time"), (1, .double(.infinity), 400, "badTime", "time"),
      (1, .integer(1_212_735_660_001), 422, "timeInFuture", "time"),
      (1, .integer(.max), 422, "timeInFuture", "time"), (1, .integer(.min), 422, "timeTooOld", "time"),
      (2, .text("37"), 400, "wrongType", "latitude"), (2, .null, 400, "missingField", "latitude"),
      (2, .double(90.001), 422, "latitudeOutOfRange", "latitude"),
      (2, .double(.nan), 422, "latitudeOutOfRange", "latitude"),
      (2, .double(-.infinity), 422, "latitudeOutOfRange", "latitude"),
      (3, .array([.integer(0)]), 400, "wrongType", "longitude"),
      (3, .double(-180.5), 422, "longitudeOutOfRange", "longitude"),
      (3, .double(.nan), 422, "longitudeOutOfRange", "longitude"),
      (4, .text("north"), 400, "wrongType", "heading"), (4, .integer(361), 422, "headingOutOfRange", "heading"),
      (4, .double(.nan), 422, "headingOutOfRange", "heading"),
      (5, .double(100.1), 422, "speedOutOfRange", "speed"), (5, .double(-0.1), 422, "speedOutOfRange", "speed"),
      (6, .integer(1), 400, "wrongType", "occupied"), (7, .text("good"), 400, "wrongType", "accuracy"),
    ] as [(Int, CBORValue, Int, String, String)])
  func wrongFields(place: Int, value: CBORValue, status: Int, code: String, field: String) async throws {
    let city = try await City()
    var fields: [CBORValue] = [
      .text("cab-1"), .integer(Self.now), .double(37.77), .double(-122.41), .integer(90), .double(4), .bool(false),
      .integer(5),
    ]
    fields[place] = value
    let bad = CBORValue.array(fields)
    // What does not begin with a text is taken for an array of pings, so the driver is only named there.
    if place > 0 || value.bytes[0] >> 5 == 3 {
      #expect(try await post(bad.bytes, to: city).summary == "\(status) \(code) \(field)")
    }
    let batch = try await post(CBORValue.array([ping(2), bad]).bytes, to: city)
    #expect(batch.status == 200 && batch["accepted"]?.integer == 1)
    let rejected = batch["rejected"]?[0]
    #expect(rejected?["code"]?.text == code && rejected?["status"]?.integer == status)
    #expect(rejected?["field"]?.text == "[1].\(field)" && rejected?["index"]?.integer == 1)
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-1"), in: City.region) == nil)
  }

  @Test("Short arrays lack fields, and what is no array is no ping")
  func shapes() async throws {
    let city = try await City()
    for (count, field) in [(1, "time"), (2, "latitude"), (3, "longitude")] {
      let short = CBORValue.array(Array([.text("cab-1"), .integer(Self.now), .double(37.77)].prefix(count)))
      #expect(try await post(short.bytes, to: city).summary == "400 missingField \(field)")
    }
    for body in [CBORValue.integer(1), .text("x"), .null, .bool(true)] {
      #expect(try await post(body.bytes, to: city).summary == "400 wrongType")
    }
    for element in [CBORValue.integer(1), .null, .text("x")] {
      let answer = try await post(CBORValue.array([ping(2), element]).bytes, to: city)
      #expect(answer["accepted"]?.integer == 1 && answer["rejected"]?[0]?["field"]?.text == "[1]")
    }
    let many = CBORValue.array((0..<1_001).map { ping($0) })
    #expect(try await post(many.bytes, to: city).summary == "400 tooManyPings")
    #expect(try await post(CBORValue.array((0..<1_000).map { ping($0) }).bytes, to: city)["accepted"]?.integer == 1_000)
  }

  @Test(
    "Hostile bytes are refused",
    arguments: [
      [], [0xFF], [0x1C], [0x5F], [0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x81, 0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x81, 0x84, 0x7B, 0x7F, 0xFF, 0xFF, 0xFF],
      [0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0x00], [0xF8, 0x18], [0x9F], [0x81, 0x9F, 0x61],
      Array(repeating: 0x81, count: 100_000), Array(repeating: 0xC1, count: 100_000), [0x7F, 0x41, 0x61, 0xFF],
      Array(repeating: 0x9F, count: 10_000), [0x81, 0x5F, 0x5F, 0xFF, 0xFF],
    ] as [[UInt8]])
  func hostile(body: [UInt8]) async throws {
    let city = try await City()
    #expect(try await post(body, to: city).summary == "400 malformedCBOR", "\(body.prefix(20))")
  }

  @Test("A truncated body, wherever it is cut, counts nothing")
  func truncated() async throws {
    let city = try await City()
    let body = CBORValue.array([ping(1), ping(2, .double(12.5), .null, .bool(true))]).bytes
    for end in body.indices {
      #expect(try await post(Array(body[..<end]), to: city).summary == "400 malformedCBOR", "\(end)")
    }
    #expect(try await city.fleet.supply(in: City.region).isEmpty)
  }

  @Test("The form is told by the media type; others are refused by name")
  func mediaTypes() async throws {
    let city = try await City()
    let json = Array(#"{"driver":"cab-1","time":1212735600000,"latitude":37.77,"longitude":-122.41}"#.utf8)
    for type in [
      nil, "application/json", "Application/JSON; charset=utf-8", "application/vnd.gps+json", "text/json",
      "application/x-www-form-urlencoded",
    ] {
      #expect(try await city.call("POST", "/v1/pings", bytes: json, contentType: type).status == 200, "\(type ?? "")")
    }
    let cbor = ping(1).bytes
    for type in ["application/cbor", "APPLICATION/CBOR ; x=y"] {
      #expect(try await city.call("POST", "/v1/pings", bytes: cbor, contentType: type).status == 200)
    }
    for type in ["text/plain", "application/x-protobuf", "application/cbor-seq", "json", "application/xml"] {
      let answer = try await city.call("POST", "/v1/pings", bytes: json, contentType: type)
      #expect(answer.summary == "415 unsupportedMediaType Content-Type", "\(type)")
    }
    #expect(try await post(json, to: city).summary == "400 malformedCBOR")
  }

  @Test("Ten thousand mutations and random bytes: never a trap, never half a count", arguments: 0..<10 as Range<UInt64>)
  func mutations(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let city = try await City()
    let good = CBORValue.array([
      ping(7, .integer(90), .double(4.2), .bool(false), .integer(5)),
      .array([.text("cab-8"), .text("2008-06-06T07:00:00.000Z"), .double(-15), .integer(1), .null, .null, .bool(true)]),
      ping(9, .null, .null, .null, .null, .array([.integer(1), .array([.null])])),
    ]).bytes
    for round in 0..<1_000 {
      var body = good
      if round % 10 == 0 {
        body = (0..<(1 + random.below(60))).map { _ in UInt8(random.below(256)) }
      } else {
        for _ in 0...random.below(3) {
          let place = random.below(body.count)
          switch random.below(4) {
          case 0: body[place] = UInt8(random.below(256))
          case 1: body[place] ^= 1 << UInt8(random.below(8))
          case 2: body.removeSubrange(place..<min(place + 1 + random.below(9), body.count))
          default:
            let copy = body[place..<min(place + random.below(12), body.count)]
            body.insert(contentsOf: copy, at: random.below(body.count))
          }
          if body.isEmpty { body = [0x9F] }
        }
      }
      let answer = try await post(body, to: city)
      #expect([200, 400, 422].contains(answer.status), "\(body)")
      if answer.status == 200, body[0] & 0xE0 == 0x80, body[0] < 0x98, body.count > 1, body[1] >> 5 != 3 {
        let count = (answer["accepted"]?.integer ?? 0) + (answer["rejected"]?.items.count ?? 0)
        #expect(count == Int(body[0] & 0x1F), "\(body)")
      }
    }
    try await city.audit()
  }
}
