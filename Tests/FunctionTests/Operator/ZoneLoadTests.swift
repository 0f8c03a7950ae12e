import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("zone-load")
struct ZoneLoadTests {
  private let north = GeoPoint(latitude: 37.9, longitude: -122.3)
  private let nyc = GeoPoint(latitude: 40.73, longitude: -73.99)

  /// Three drivers and two riders downtown, a driver in the north, one in New York.
  private func city() async throws -> City {
    let city = try await City()
    for driver in ["cab-1", "cab-2", "cab-3"] { try await city.online(driver) }
    try await city.online("cab-north", at: north)
    try await city.online("cab-nyc", at: nyc)
    for rider in ["r-1", "r-2"] { _ = try await city.request(rider) }
    return city
  }

  private func load(_ city: City, _ query: [String: String] = [:]) async throws -> Answer {
    try await city.call("GET", "/v1/zones/load", query: query)
  }

  private func properties(_ city: City, at point: GeoPoint) async throws -> JSONValue? {
    let cell = try #require(HexCell(point, resolution: 8)).description
    return try await load(city)["features"]?.items.first { $0["id"]?.text == cell }?["properties"]
  }

  private func counts(_ value: JSONValue?) -> [Int?] {
    ["demand", "supply", "idle", "openRequests", "completed"].map { value?[$0]?.integer }
  }

  @Test("Counts follow drivers and rides")
  func counting() async throws {
    let city = try await city()
    #expect(counts(try await properties(city, at: City.pickup)) == [2, 3, 3, 2, 0])
    try await city.match()
    #expect(counts(try await properties(city, at: City.pickup)) == [2, 3, 1, 2, 0])
    for rider in try await city.record.rides(.init(state: .offered), after: nil, limit: 9) {
      let offer = try await city.offer(of: rider.id.text)
      try await city.accept(offer)
      for step in ["arrive", "start", "complete"] { try await city.step(step, rider.id.text, offer.driver.text) }
    }
    try await city.relay()
    #expect(counts(try await properties(city, at: City.pickup)) == [2, 3, 3, 0, 2])
    #expect(counts(try await properties(city, at: north)) == [0, 1, 1, 0, 0])
    city.wait(901)
    #expect(counts(try await properties(city, at: City.pickup)) == [0, 3, 3, 0, 2])
    city.wait(2_700)
    #expect(counts(try await properties(city, at: City.pickup)) == [0, 3, 3, 0, 0])
    for driver in ["cab-1", "cab-2", "cab-3"] { try await city.offline(driver) }
    #expect(try await properties(city, at: City.pickup) == nil, "a zone with nothing to tell is left out")
    try await city.audit()
  }

  @Test("The answer is GeoJSON: closed rings, counterclockwise, around their cells", arguments: [0, 3, 7, 8])
  func geoJSON(resolution: Int) async throws {
    let city = try await city()
    let answer = try await load(city, ["resolution": String(resolution)])
    #expect(answer.status == 200 && answer.contentType == "application/geo+json")
    #expect(answer["type"]?.text == "FeatureCollection")
    let features = answer["features"]?.items ?? []
    #expect(features.count >= 2)
    for feature in features {
      #expect(feature["type"]?.text == "Feature" && feature["geometry"]?["type"]?.text == "Polygon")
      let cell = try #require(feature["properties"]?["cell"]?.text.flatMap { HexCell($0) })
      #expect(cell.resolution == resolution && feature["id"]?.text == cell.description)
      #expect(feature["geometry"]?["coordinates"]?.items.count == 1)
      let ring = (feature["geometry"]?["coordinates"]?[0]?.items ?? []).map {
        ($0[0]?.double ?? 999, $0[1]?.double ?? 999)
      }
      #expect(ring.count >= 6 && ring.first?.0 == ring.last?.0 && ring.first?.1 == ring.last?.1)
      let area = zip(ring, ring.dropFirst()).reduce(0) { $0 + $1.0.0 * $1.1.1 - $1.1.0 * $1.0.1 }
      #expect(area > 0, "the right-hand rule of RFC 7946")
      #expect(ring.allSatisfy { abs($0.1) <= 90 && abs($0.0) <= 360 })
      #expect(counts(feature["properties"]).allSatisfy { $0 != nil })
    }
    let cells = features.compactMap { $0["id"]?.text }
    #expect(Set(cells).count == cells.count)
    #expect(features.reduce(0) { $0 + ($1["properties"]?["supply"]?.integer ?? 0) } == 5, "nobody is lost")
  }

  @Test("Who has the answer already is told only that, until something changes")
  func notModified() async throws {
    let city = try await city()
    let answer = try await load(city)
    let tag = try #require(answer.header("etag"))
    #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count > 4)
    for list in [tag, "W/\(tag)", "\"x\", \(tag)", "\"x\" ,W/\(tag) , \"y\"", "*"] {
      let again = try await city.call("GET", "/v1/zones/load", headers: [(name: "if-none-match", value: list)])
      #expect(again.status == 304 && again.header("etag") == tag, "\(list)")
    }
    for list in ["\"x\"", "", ",", "\(tag.dropLast())", "x\(tag)"] {
      let other = try await city.call("GET", "/v1/zones/load", headers: [(name: "if-none-match", value: list)])
      #expect(other.status == 200, "\(list)")
    }
    try await city.offline("cab-1")
    let changed = try await city.call("GET", "/v1/zones/load", headers: [(name: "if-none-match", value: tag)])
    #expect(changed.status == 200 && changed.header("etag") != tag)
    let coarse = try await load(city, ["resolution": "7"])
    #expect(coarse.header("etag") != changed.header("etag"))
  }

  @Test("Region and box narrow what is shown")
  func narrowing() async throws {
    let city = try await city()
    func supply(_ query: [String: String]) async throws -> Int {
      (try await load(city, query)["features"]?.items ?? []).reduce(0) {
        $0 + ($1["properties"]?["supply"]?.integer ?? 0)
      }
    }
    #expect(try await supply(["region": "nyc"]) == 1)
    #expect(try await supply(["region": "sf"]) == 4)
    #expect(try await supply(["bbox": "-122.5,37.7,-122.35,37.85"]) == 3)
    #expect(try await supply(["bbox": "-122.5,37.7,-122.2,38"]) == 4)
    #expect(try await supply(["bbox": "-180,-90,180,90"]) == 5)
    #expect(try await supply(["bbox": "100,-90,-100,90"]) == 4, "across the antimeridian")
    #expect(try await supply(["bbox": "-122.5,37.7,-122.35,37.85", "region": "nyc"]) == 0)
  }

  @Test(
    "What is wrong is named",
    arguments: [
      ("resolution", "-1", "400 outOfRange resolution"), ("resolution", "16", "400 outOfRange resolution"),
      ("resolution", "x", "400 outOfRange resolution"), ("region", "lon", "400 unknownRegion region"),
      ("region", "a b", "400 unknownRegion region"), ("bbox", "", "400 badBounds bbox"),
      ("bbox", "1,2,3", "400 badBounds bbox"), ("bbox", "1,2,3,4,5", "400 badBounds bbox"),
      ("bbox", "1,2,3,x", "400 badBounds bbox"), ("bbox", "1,5,3,4", "400 badBounds bbox"),
      ("bbox", "nan,0,1,1", "400 badBounds bbox"), ("bbox", "-181,0,1,1", "400 badBounds bbox"),
      ("bbox", "0,0,1,inf", "400 badBounds bbox"), ("bbox", "1,,2,3,4", "400 badBounds bbox"),
    ])
  func errors(name: String, value: String, expected: String) async throws {
    let city = try await City()
    #expect(try await load(city, [name: value]).summary == expected)
    #expect(try await city.call("GET", "/v1/zones/feed", query: [name: value]).summary == expected)
  }

  @Test("A cell's time series by the step, of the cell and of the cells above it")
  func series() async throws {
    let city = try await city()
    for minute in 0..<5 {
      try await city.keepHistory()
      if minute == 2 { _ = try await city.request("r-late") }
      city.wait(60)
      for driver in ["cab-1", "cab-2", "cab-3"] { try await city.ping(driver) }
    }
    let cell = try #require(HexCell(City.pickup, resolution: 8))
    let answer = try await city.call("GET", "/v1/zones/\(cell)/load", query: ["from": "2008-06-06T07:00:00Z"])
    #expect(answer.status == 200 && answer["cell"]?.text == cell.description && answer["stepSeconds"]?.integer == 60)
    let points = answer["points"]?.items ?? []
    #expect(points.map { $0["time"]?.text } == (0..<5).map { "2008-06-06T07:0\($0):00.000Z" })
    #expect(points.map { $0["demand"]?.integer } == [2, 2, 2, 3, 3])
    #expect(points.map { $0["supply"]?.integer } == [3, 3, 3, 3, 3])
    let wide = try await city.call(
      "GET", "/v1/zones/\(try #require(cell.parent(at: 3)))/load",
      query: ["from": "2008-06-06T07:00:00Z", "to": String(city.now.unixMilliseconds), "step": "120"])
    #expect(wide["points"]?.items.map { $0["demand"]?.integer } == [2, 3, 3], "the last count of every step")
    #expect(wide["points"]?[0]?["supply"]?.integer == 4, "north and downtown are under one cell")
    let empty = try await city.call(
      "GET", "/v1/zones/\(cell)/load", query: ["from": "0", "to": "60000"])
    #expect(empty["points"]?.items.isEmpty == true)
  }

  @Test(
    "A series that cannot be is refused",
    arguments: [
      ("nonsense", [:], "400 badCell cell"), ("8928308280fffff", [:], "400 badCell cell"),
      ("88283082a9fffff", ["step": "59"], "400 outOfRange step"),
      ("88283082a9fffff", ["step": "x"], "400 outOfRange step"),
      ("88283082a9fffff", ["step": "86401"], "400 outOfRange step"),
      ("88283082a9fffff", ["from": "noon"], "400 badTime from"), ("88283082a9fffff", ["to": ""], "400 badTime to"),
      ("88283082a9fffff", ["from": "5", "to": "5"], "400 badRange from"),
      ("88283082a9fffff", ["from": "-9223372036854775808", "to": "9223372036854775807"], "400 badRange from"),
      ("88283082a9fffff", ["from": "0"], "400 badRange from"),
    ] as [(String, [String: String], String)])
  func badSeries(cell: String, query: [String: String], expected: String) async throws {
    let city = try await City()
    #expect(try await city.call("GET", "/v1/zones/\(cell)/load", query: query).summary == expected)
  }

  @Test("The extremes of time do not trap")
  func extremeSeries() async throws {
    let city = try await City()
    for query in [["to": "-9223372036854775808"], ["to": "9223372036854775807"], ["from": "9223372036854775807"]] {
      let answer = try await city.call("GET", "/v1/zones/88283082a9fffff/load", query: query)
      #expect(answer.status == 200 || answer.code == "badRange", "\(query)")
    }
  }

  @Test("The feed begins with all zones and goes on with those that changed")
  func feed() async throws {
    let city = try await city()
    let events = try #require(try await city.call("GET", "/v1/zones/feed", query: ["region": "sf"]).events)
    var iterator = events.makeAsyncIterator()
    let first = try #require(try await iterator.next())
    let all = try JSONValue(parsing: first.data)
    #expect(first.event == "load" && all["time"]?.text == "2008-06-06T07:00:00.000Z")
    #expect(all["cells"]?.items.count == 2)
    city.wait(1)
    try await city.offline("cab-north")
    let second = try JSONValue(parsing: try #require(try await iterator.next()).data)
    let changed = second["cells"]?.items ?? []
    #expect(changed.count == 1 && counts(changed.first) == [0, 0, 0, 0, 0], "a zone that emptied is told as zeros")
    #expect(changed.first?["cell"]?.text == HexCell(north, resolution: 8)?.description)
  }
}
