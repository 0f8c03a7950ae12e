import DispatchState
import HexGrid
import Testing

@testable import RoutingClient

@Suite("OSRM's interface")
struct OSRMEngineTests {
  private let engine = OSRMEngine(prefix: "/x", profile: "driving")

  /// A table as OSRM 6 answers, shortened.
  static let table = """
    {"code":"Ok","distances":[[1618.8],[1769.9]],"durations":[[169.2],[215]],
    "destinations":[{"hint":"AA","location":[-73.985147,40.7578],"name":"West 45th Street","distance":25.4}],
    "sources":[{"location":[-73.980105,40.749856],"name":"","distance":18.2},{"location":[0,0],"distance":0.7}]}
    """
  static let route = """
    {"code":"Ok","routes":[{"legs":[{"steps":[],"weight":215.4,"duration":215.4,"distance":1752.4}],"duration":215.4,
    "distance":1752.4}],"waypoints":[{"distance":25.4},{"distance":18.2}]}
    """

  private func read(
    _ body: String, status: Int = 200, _ query: DriveQuery = Midtown.table
  ) throws(RoutingError) -> [DriveEstimate?] {
    try engine.estimates(in: EngineReply(status: status, body: Array(body.utf8)), for: query)
  }

  private func code(_ body: String, status: Int = 200, _ query: DriveQuery = Midtown.table) -> RoutingError.Code? {
    do throws(RoutingError) {
      _ = try read(body, status: status, query)
      return nil
    } catch {
      return error.code
    }
  }

  @Test("One drive is a route, several are a table; longitude comes first")
  func requests() {
    #expect(
      engine.request(for: Midtown.pair)
        == EngineRequest(
          path: "/x/route/v1/driving/-73.977200,40.752700;-73.985000,40.758000?overview=false", body: nil))
    #expect(
      engine.request(for: Midtown.table).path
        == "/x/table/v1/driving/-73.977200,40.752700;-73.989600,40.741000;-73.985000,40.758000"
        + "?sources=0;1&destinations=2&annotations=duration,distance")
  }

  @Test(
    "Degrees have six places and no exponent",
    arguments: [
      (0.0, "0.000000"), (-0.0000012, "-0.000001"), (1e-9, "0.000000"), (-180, "-180.000000"),
      (89.9999999, "90.000000"),
    ])
  func degrees(value: Double, expected: String) { #expect(DegreeText.text(value) == expected) }

  @Test("Times and distances are read; distances may be missing")
  func answers() throws {
    #expect(
      try read(Self.table) == [
        DriveEstimate(seconds: 169.2, meters: 1618.8), DriveEstimate(seconds: 215, meters: 1769.9),
      ])
    #expect(try read(Self.route, Midtown.pair) == [DriveEstimate(seconds: 215.4, meters: 1752.4)])
    #expect(try read(#"{"code":"Ok","durations":[[1],[2]]}"#).map { $0?.seconds } == [1, 2])
  }

  @Test("No way, no road near, and a road that is too far away are unknown")
  func unknown() throws {
    for code in ["NoRoute", "NoTable", "NoSegment"] {
      #expect(try read(#"{"code":"\#(code)","message":"x"}"#, status: 400) == [nil, nil])
    }
    #expect(
      try read(#"{"code":"Ok","durations":[[null],[2]],"distances":[[null],[3]]}"#).map { $0?.meters } == [nil, 3])
    let far = Self.table.replacing(#""distance":18.2"#, with: #""distance":51254.1"#)
    #expect(try read(far).map { $0?.seconds } == [nil, 215])
    #expect(try read(Self.table.replacing(#""distance":25.4"#, with: #""distance":1e9"#)) == [nil, nil])
    #expect(try read(Self.route.replacing("25.4", with: "2500"), Midtown.pair) == [nil])
  }

  @Test(
    "What the interface does not promise is malformed",
    arguments: [
      "", "x", "[]", "null", "{}", #"{"code":"Ok"}"#, #"{"code":"Ok","durations":[]}"#,
      #"{"code":"Ok","durations":[[1]]}"#, #"{"code":"Ok","durations":[[1],[2],[3]]}"#,
      #"{"code":"Ok","durations":[[1],[]]}"#, #"{"code":"Ok","durations":[[1],[2,3]]}"#,
      #"{"code":"Ok","durations":[[1],["2"]]}"#, #"{"code":"Ok","durations":[[1],[-2]]}"#,
      #"{"code":"Ok","durations":[[1],[1e999]]}"#, #"{"code":"Ok","durations":[[1],[604801]]}"#,
      #"{"code":"Ok","durations":[[1],[2]],"distances":[[1]]}"#, #"{"code":"Ok","durations":[[1],[2]]"#,
      #"{"code":"Ok","durations":[[1],[2]],"distances":[[1],[1e30]]}"#,
    ])
  func malformed(body: String) { #expect(code(body) == .malformedAnswer) }

  @Test("What the engine refuses is refused, with its code")
  func refused() {
    #expect(code(#"{"code":"InvalidQuery","message":"x"}"#, status: 400) == .refused)
    #expect(code(#"{"code":"TooBig"}"#, status: 400) == .refused)
    #expect(code("<html>bad gateway</html>", status: 502) == .refused)
    #expect(code("{}", status: 500) == .refused)
    #expect(code(#"{"code":"Ok","routes":[]}"#, Midtown.pair) == .malformedAnswer)
  }

  @Test("No damage of an answer ends in anything but an answer or an error")
  func damage() {
    for text in [Self.table, Self.route] { Damage.tryAll(engine, text) }
  }
}

/// Answers with every byte changed or cut off.
enum Damage {
  static func tryAll(_ engine: some RoutingEngine, _ text: String) {
    let bytes = Array(text.utf8)
    for index in bytes.indices {
      var variants = [Array(bytes[..<index])]
      for byte in Array(#""{}[],:-9eE.n\"#.utf8) + [0, 0xFF] {
        variants.append(bytes)
        variants[variants.count - 1][index] = byte
      }
      for body in variants {
        for query in [Midtown.table, Midtown.pair] {
          let found = try? engine.estimates(in: EngineReply(status: 200, body: body), for: query)
          if let found { #expect(found.count == query.origins.count) }
        }
      }
    }
  }
}
