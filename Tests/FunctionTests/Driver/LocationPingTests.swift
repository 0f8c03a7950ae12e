import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("location-ping")
struct LocationPingTests {
  private func ping(_ number: Int, extra: String = "", time: Int64 = City.start.unixMilliseconds) -> String {
    #"{"driver":"cab-\#(number)","time":\#(time),"latitude":37.77,"longitude":-122.41\#(extra)}"#
  }

  @Test("A ping moves its driver in the fleet")
  func single() async throws {
    let city = try await City()
    let answer = try await city.call(
      "POST", "/v1/pings",
      #" {"driver":"cab-7","time":1212735600000,"latitude":37.74134,"longitude":-122.40766,"heading":90,"speed":4.2,"#
        + #""accuracy":5,"occupied":false,"battery":{"level":[1,{"x":null}]}} "#, as: .driver("cab-7"))
    #expect(answer.status == 200 && answer["accepted"]?.integer == 1 && answer["superseded"]?.integer == 0)
    #expect(answer["rejected"]?.items.isEmpty == true)
    let known = try #require(try await city.fleet.driver(DriverID(trusted: "cab-7"), in: City.region))
    #expect(known.position == GeoPoint(latitude: 37.74134, longitude: -122.40766))
    #expect(known.seenAt == City.start && known.headingDegrees == 90 && !known.isOccupied)
    let shown = try await city.call("GET", "/v1/drivers/cab-7")
    #expect(shown.status == 200 && shown["position"]?["latitude"]?.double == 37.74134)
    #expect(shown["cell"]?.text == known.cell.description)
    try await city.audit()
  }

  @Test("Of a hundred pings with one bad one, ninety-nine count")
  func oneBad() async throws {
    let city = try await City()
    var pings = (0..<100).map { ping($0) }
    pings[3] = #"{"driver":"cab-3","time":1212735600000,"latitude":91,"longitude":0}"#
    let answer = try await city.call("POST", "/v1/pings", "[" + pings.joined(separator: ",") + "]")
    #expect(answer.status == 200 && answer["accepted"]?.integer == 99)
    let rejected = answer["rejected"]?.items ?? []
    #expect(rejected.count == 1)
    #expect(rejected.first?["index"]?.integer == 3 && rejected.first?["status"]?.integer == 422)
    #expect(rejected.first?["code"]?.text == "latitudeOutOfRange" && rejected.first?["field"]?.text == "[3].latitude")
    #expect(rejected.first?["detail"]?.text?.contains("91") == true)
    #expect(try await city.fleet.supply(in: City.region).reduce(0) { $0 + $1.supply } == 99)
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-3"), in: City.region) == nil)
    try await city.audit()
  }

  @Test(
    "Every wrong field is named, alone and in an array",
    arguments: [
      (#""driver":7"#, 400, "wrongType", "driver"), (#""driver":"a b""#, 400, "badID", "driver"),
      (#""driver":"""#, 400, "badID", "driver"), (#""driver":null"#, 400, "missingField", "driver"),
      (#""driver":["cab-1"]"#, 400, "wrongType", "driver"), (#""driver":"c\u00e4b""#, 400, "badID", "driver"),
      (#""time":"noon""#, 400, "badTime", "time"), (#""time":true"#, 400, "wrongType", "time"),
      (#""time":1.5"#, 400, "badTime", "time"), (#""time":null"#, 400, "missingField", "time"),
      (#""time":{}"#, 400, "wrongType", "time"), (#""time":1e999"#, 400, "badTime", "time"),
      (#""time":1212735660001"#, 422, "timeInFuture", "time"), (#""time":1212562799999"#, 422, "timeTooOld", "time"),
      (#""time":9223372036854775807"#, 422, "timeInFuture", "time"),
      (#""time":-9223372036854775808"#, 422, "timeTooOld", "time"),
      (#""time":"2008-06-06T07:01:00.001Z""#, 422, "timeInFuture", "time"),
      (#""latitude":"37""#, 400, "wrongType", "latitude"), (#""latitude":null"#, 400, "missingField", "latitude"),
      (#""latitude":90.001"#, 422, "latitudeOutOfRange", "latitude"),
      (#""latitude":1e999"#, 422, "latitudeOutOfRange", "latitude"),
      (#""latitude":-1e999"#, 422, "latitudeOutOfRange", "latitude"),
      (#""longitude":[0]"#, 400, "wrongType", "longitude"),
      (#""longitude":-180.5"#, 422, "longitudeOutOfRange", "longitude"),
      (#""longitude":1e999"#, 422, "longitudeOutOfRange", "longitude"),
      (#""heading":"north""#, 400, "wrongType", "heading"), (#""heading":360.5"#, 422, "headingOutOfRange", "heading"),
      (#""heading":-1"#, 422, "headingOutOfRange", "heading"),
      (#""heading":1e999"#, 422, "headingOutOfRange", "heading"),
      (#""speed":{}"#, 400, "wrongType", "speed"), (#""speed":100.1"#, 422, "speedOutOfRange", "speed"),
      (#""speed":-0.1"#, 422, "speedOutOfRange", "speed"), (#""accuracy":"good""#, 400, "wrongType", "accuracy"),
      (#""occupied":"no""#, 400, "wrongType", "occupied"), (#""occupied":1"#, 400, "wrongType", "occupied"),
    ] as [(String, Int, String, String)])
  func wrongFields(member: String, status: Int, code: String, field: String) async throws {
    let city = try await City()
    // The last of two equal keys counts, but a field of the wrong type is a flaw wherever it stands.
    let bad = ping(1).dropLast() + "," + member + "}"
    let alone = try await city.call("POST", "/v1/pings", String(bad))
    #expect(alone.summary == "\(status) \(code) \(field)")
    let batch = try await city.call("POST", "/v1/pings", "[\(ping(2)),\(bad)]")
    #expect(batch.status == 200 && batch["accepted"]?.integer == 1)
    let rejected = batch["rejected"]?[0]
    #expect(rejected?["code"]?.text == code && rejected?["status"]?.integer == status)
    #expect(rejected?["field"]?.text == "[1].\(field)" && rejected?["index"]?.integer == 1)
    let none = try await city.call("POST", "/v1/pings", "[\(bad),\(bad)]")
    #expect(none.summary == "\(status) \(code) [0].\(field)")
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-1"), in: City.region) == nil)
  }

  @Test("Optional fields may be null; times may be texts; escaped ids are ids")
  func lenient() async throws {
    let city = try await City()
    for body in [
      #"{"driver":"cab-1","time":"2008-06-06T00:00:00-07:00","latitude":0,"longitude":180,"heading":null,"speed":null,"occupied":null}"#,
      #"{"driver":"cab\u002d1","time":1.2127356e12,"latitude":-90,"longitude":-180,"heading":360,"speed":100}"#,
    ] {
      #expect(try await city.call("POST", "/v1/pings", body).status == 200)
    }
  }

  @Test("What is neither a ping nor an array of pings is refused; broken text counts nothing at all")
  func noPings() async throws {
    let city = try await City()
    for body in ["1", "\"x\"", "null", "true"] {
      #expect(try await city.call("POST", "/v1/pings", body).summary == "400 wrongType")
    }
    for body in ["", " ", "{", "[", "nope", "[\(ping(1)),]", "[\(ping(1))", "[\(ping(1))] x", "\(ping(1))}"] {
      #expect(try await city.call("POST", "/v1/pings", body).summary == "400 malformedJSON", "\(body)")
    }
    for element in ["1", "null", "[]", "\"x\""] {
      let answer = try await city.call("POST", "/v1/pings", "[\(ping(2)),\(element)]")
      #expect(answer["accepted"]?.integer == 1 && answer["rejected"]?[0]?["code"]?.text == "wrongType")
    }
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-1"), in: City.region) == nil)
    for broken in [#"{"driver":"a\q"}"#, #"{"\q":1}"#] {
      #expect(try await city.call("POST", "/v1/pings", "[\(ping(3)),\(broken)]").summary == "400 malformedJSON")
    }
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-3"), in: City.region) == nil)
  }

  @Test("A truncated body, wherever it is cut, counts nothing")
  func truncated() async throws {
    let city = try await City()
    let body = Array("[\(ping(1)),\(ping(2, extra: #","occupied":true,"heading":12.5"#))]".utf8)
    for end in body.indices {
      let answer = try await city.call("POST", "/v1/pings", bytes: Array(body[..<end]))
      #expect(answer.summary == "400 malformedJSON", "\(end)")
    }
    #expect(try await city.fleet.supply(in: City.region).isEmpty)
  }

  @Test("A thousand pings are taken, one more is too many")
  func tooMany() async throws {
    let city = try await City()
    func body(_ count: Int) -> String { "[" + (0..<count).map { ping($0) }.joined(separator: ",") + "]" }
    #expect(try await city.call("POST", "/v1/pings", body(1_001)).summary == "400 tooManyPings")
    #expect(try await city.fleet.supply(in: City.region).isEmpty)
    #expect(try await city.call("POST", "/v1/pings", body(1_000))["accepted"]?.integer == 1_000)
  }

  @Test("A driver sends only their own pings")
  func callers() async throws {
    let city = try await City()
    #expect(try await city.call("POST", "/v1/pings", ping(1), as: .driver("cab-2")).summary == "403 notYou driver")
    let mixed = try await city.call("POST", "/v1/pings", "[\(ping(1)),\(ping(2))]", as: .driver("cab-2"))
    #expect(mixed["accepted"]?.integer == 1 && mixed["rejected"]?[0]?["status"]?.integer == 403)
    for caller in [Caller.service("gps"), .operator("o"), .anonymous] {
      #expect(try await city.call("POST", "/v1/pings", ping(1), as: caller).status == 200)
    }
  }

  @Test("Older and equal pings are superseded; a driver never goes back in time")
  func superseded() async throws {
    let city = try await City()
    let start = City.start.unixMilliseconds
    #expect(try await city.call("POST", "/v1/pings", ping(1, time: start))["superseded"]?.integer == 0)
    for time in [start, start - 1, start - 3_600_000] {
      #expect(try await city.call("POST", "/v1/pings", ping(1, time: time))["superseded"]?.integer == 1)
    }
    let seenAt = try await city.fleet.driver(DriverID(trusted: "cab-1"), in: City.region)?.seenAt
    #expect(seenAt == City.start)
  }

  @Test("Duplicates and any order of arrival give the same fleet", arguments: 0..<12 as Range<UInt64>)
  func shuffled(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let pings = (0..<200).map { _ in
      let (driver, second) = (random.below(15), random.below(30))
      let (latitude, longitude) = (37.7 + Double(random.below(100)) / 1_000, -122.5 + Double(random.below(100)) / 1_000)
      return #"{"driver":"cab-\#(driver)","time":\#(City.start.unixMilliseconds - Int64(second) * 1_000),"#
        + #""latitude":\#(latitude),"longitude":\#(longitude)}"#
    }
    func fleet(_ batches: [[String]]) async throws -> [DriverSnapshot?] {
      let city = try await City()
      for batch in batches {
        let answer = try await city.call("POST", "/v1/pings", "[" + batch.joined(separator: ",") + "]")
        #expect(answer["accepted"]?.integer == batch.count)
      }
      try await city.audit()
      var found: [DriverSnapshot?] = []
      for driver in 0..<15 {
        found.append(try await city.fleet.driver(DriverID(trusted: "cab-\(driver)"), in: City.region))
      }
      return found
    }
    let expected = try await fleet([pings])
    var again = pings.shuffled(using: &random) + pings.shuffled(using: &random).prefix(80)
    again.shuffle(using: &random)
    let cut = random.below(again.count - 2) + 1
    #expect(try await fleet([Array(again[..<cut]), Array(again[cut...])]) == expected)
  }

  @Test("Pings come as events too; other types of events are refused")
  func events() async throws {
    let city = try await City()
    #expect(try await city.send("cabstand.driver.pinged.v1", ping(1))["accepted"]?.integer == 1)
    #expect(try await city.send("cabstand.driver.pinged.v2", ping(2)).summary == "422 unknownEventType type")
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-2"), in: City.region) == nil)
  }

  @Test("Pings of two regions go to their fleets")
  func regions() async throws {
    let city = try await City()
    let body =
      #"[{"driver":"a","time":1212735600000,"latitude":37.7,"longitude":-122.4},"#
      + #"{"driver":"b","time":1212735600000,"latitude":40.7,"longitude":-74.0},"#
      + #"{"driver":"c","time":1212735600000,"latitude":37.7,"longitude":-122.4},"#
      + #"{"driver":"a","time":1212735600000,"latitude":37.7,"longitude":-122.4}]"#
    let answer = try await city.call("POST", "/v1/pings", body)
    #expect(answer["accepted"]?.integer == 4 && answer["superseded"]?.integer == 1)
    #expect(try await city.fleet.supply(in: City.region).reduce(0) { $0 + $1.supply } == 2)
    #expect(try await city.fleet.supply(in: RegionID(trusted: "nyc")).reduce(0) { $0 + $1.supply } == 1)
  }

  @Test("Ten thousand mutations of a good body: never a trap, never half a count", arguments: 0..<10 as Range<UInt64>)
  func mutations(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let city = try await City()
    let good = Array(
      (#"[{"driver":"cab-7","time":1212735600000,"latitude":37.74134,"longitude":-122.40766,"heading":90,"speed":4.2},"#
        + #"{"driver":"cab-8","time":"2008-06-06T07:00:00.000Z","latitude":-1.5e1,"longitude":1,"occupied":true,"#
        + #""note":"\u00e9\n\ud83d\ude95","list":[1,{"a":null}]}]"#).utf8)
    for _ in 0..<1_000 {
      var body = good
      for _ in 0...random.below(4) {
        let place = random.below(body.count)
        switch random.below(4) {
        case 0: body[place] = UInt8(random.below(256))
        case 1: body[place] ^= 1 << UInt8(random.below(8))
        case 2: body.removeSubrange(place..<min(place + 1 + random.below(20), body.count))
        default:
          body.insert(contentsOf: body[place..<min(place + random.below(30), body.count)], at: random.below(body.count))
        }
        if body.isEmpty { body = [UInt8(ascii: "[")] }
      }
      let answer = try await city.call("POST", "/v1/pings", bytes: body)
      let isJSON = (try? JSONValue(parsing: body)) != nil
      if isJSON {
        #expect(answer.code != "malformedJSON", "\(String(decoding: body, as: UTF8.self))")
      } else {
        #expect(answer.summary == "400 malformedJSON", "\(String(decoding: body, as: UTF8.self))")
      }
      if answer.status == 200, case .array(let elements) = try JSONValue(parsing: body) {
        let count = (answer["accepted"]?.integer ?? 0) + (answer["rejected"]?.items.count ?? 0)
        #expect(count == elements.count)
      }
    }
    try await city.audit()
  }
}
