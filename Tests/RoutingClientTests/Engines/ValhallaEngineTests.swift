import DispatchState
import FunctionKit
import HexGrid
import Testing

@testable import RoutingClient

@Suite("Valhalla's interface")
struct ValhallaEngineTests {
  private let engine = ValhallaEngine(prefix: "", costing: "taxi")

  static let table = """
    {"sources_to_targets":[[{"from_index":0,"to_index":0,"time":152,"distance":1.618,"begin_lat":40.7527,
    "begin_lon":-73.9772,"end_lat":40.757799,"end_lon":-73.985146}],[{"from_index":1,"to_index":0,"time":186,
    "distance":1.772}]],"units":"kilometers"}
    """
  static let route = """
    {"trip":{"legs":[],"summary":{"time":152.763,"length":1.618,"cost":227.4},"status":0,"units":"kilometers"}}
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

  @Test("One drive is a route, several are a matrix; kilometres are asked for")
  func requests() throws {
    let route = engine.request(for: Midtown.pair)
    let body = try JSONValue(parsing: try #require(route.body))
    #expect(route.path == "/route" && body["costing"]?.text == "taxi" && body["units"]?.text == "kilometers")
    #expect(body["locations"]?.elements?.map { $0["lat"]?.double } == [40.7527, 40.758])
    #expect(body["locations"]?.elements?.map { $0["lon"]?.double } == [-73.9772, -73.985])
    let matrix = engine.request(for: Midtown.table)
    let other = try JSONValue(parsing: try #require(matrix.body))
    #expect(matrix.path == "/sources_to_targets")
    #expect(other["sources"]?.elements?.count == 2 && other["targets"]?.elements?.count == 1)
  }

  @Test("Times and distances are read, kilometres as metres")
  func answers() throws {
    #expect(
      try read(Self.table) == [DriveEstimate(seconds: 152, meters: 1618), DriveEstimate(seconds: 186, meters: 1772)])
    #expect(try read(Self.route, Midtown.pair) == [DriveEstimate(seconds: 152.763, meters: 1618)])
  }

  @Test("No way, no road near, and a road that is too far away are unknown")
  func unknown() throws {
    for code in [154, 170, 171, 442] {
      #expect(try read(#"{"error_code":\#(code),"status_code":400}"#, status: 400) == [nil, nil])
    }
    #expect(try read(Self.table.replacing("\"time\":152", with: "\"time\":null")).map { $0?.seconds } == [nil, 186])
    #expect(try read(Self.table.replacing("-73.9772", with: "-73.9")).map { $0?.seconds } == [nil, 186])
    #expect(try read(Self.table.replacing("40.757799", with: "1e300")).map { $0?.seconds } == [nil, 186])
  }

  @Test(
    "What the interface does not promise is malformed",
    arguments: [
      "", "[]", "{}", #"{"sources_to_targets":{}}"#, #"{"sources_to_targets":[[{"time":1}]]}"#,
      #"{"sources_to_targets":[[{"time":1}],[{"time":-1}]]}"#, #"{"sources_to_targets":[[{"time":1}],[7]]}"#,
      #"{"sources_to_targets":[[{"time":1}],[{"time":1,"distance":99999}]]}"#, #"{"trip":{}}"#,
    ])
  func malformed(body: String) { #expect(code(body) == .malformedAnswer) }

  @Test("What the engine refuses is refused, with its code")
  func refused() {
    #expect(code(#"{"error_code":125,"error":"No costing method found"}"#, status: 400) == .refused)
    #expect(code("oops", status: 503) == .refused)
    #expect(code(#"{"trip":{"summary":{"length":1}}}"#, Midtown.pair) == .malformedAnswer)
  }

  @Test("No damage of an answer ends in anything but an answer or an error")
  func damage() {
    for text in [Self.table, Self.route] { Damage.tryAll(engine, text) }
  }
}
