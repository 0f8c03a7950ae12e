import FunctionKit
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// What must be refused, each on a connection of its own, and what must not be lost beside it.
  @Suite("Bad input", .server("--state", "memory", "--max-body-bytes", "262144"))
  struct BadInputTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    private func ping(_ driver: String, _ changes: [String: String] = [:]) async throws -> String {
      var fields = [
        "driver": #""\#(driver)""#, "time": "\(try await server.now())", "latitude": "37.77", "longitude": "-122.41",
      ]
      fields.merge(changes) { $1 }
      return "{" + fields.map { #""\#($0.key)": \#($0.value)"# }.joined(separator: ", ") + "}"
    }

    @Test("Text that is no JSON counts nothing")
    func truncated() async throws {
      let whole = try await ping("truncated")
      for text in [String(whole.dropLast(7)), "[\(whole), ", "[\(whole)] x", "{", "", "\u{0}", "[\(whole),]"] {
        (try await server.raw("POST", "/v1/pings", text)).expectProblem(400, "malformedJSON")
      }
      for path in ["/v1/quotes", "/v1/rides", "/v1/rides/x/arrive", "/v1/offers/x/accept"] {
        (try await server.raw("POST", path, #"{"rider": "#)).expectProblem(400, "malformedJSON")
      }
      #expect(try await server.get("/v1/drivers/truncated").status == 404)
    }

    @Test(
      "One field is wrong",
      arguments: [
        ("driver", "7", 400, "wrongType"), ("driver", #""a b""#, 400, "badID"), ("driver", "null", 400, "missingField"),
        ("latitude", #""37""#, 400, "wrongType"), ("latitude", "90.001", 422, "latitudeOutOfRange"),
        ("latitude", "1e999", 422, "latitudeOutOfRange"), ("longitude", "-180.5", 422, "longitudeOutOfRange"),
        ("longitude", "-1e999", 422, "longitudeOutOfRange"), ("longitude", "[]", 400, "wrongType"),
        ("heading", "361", 422, "headingOutOfRange"), ("speed", "-1", 422, "speedOutOfRange"),
        ("occupied", "1", 400, "wrongType"), ("time", "true", 400, "wrongType"), ("time", "1.5", 400, "badTime"),
        ("time", #""yesterday""#, 400, "badTime"), ("time", "1e300", 400, "badTime"),
        ("time", "99999999999999", 422, "timeInFuture"), ("time", "0", 422, "timeTooOld"),
        ("time", "-9223372036854775808", 422, "timeTooOld"), ("time", "9223372036854775807", 422, "timeInFuture"),
      ])
    func field(_ name: String, _ value: String, _ status: Int, _ code: String) async throws {
      let bad = try await ping("one-field", [name: value])
      (try await server.raw("POST", "/v1/pings", bad)).expectProblem(status, code, field: name)
    }

    @Test("NaN and Infinity are no JSON", arguments: ["NaN", "nan", "Infinity", "-Infinity", "0x10", "+1", "01", "1."])
    func notFinite(_ text: String) async throws {
      let bad = try await ping("not-finite", ["latitude": text])
      (try await server.raw("POST", "/v1/pings", bad)).expectProblem(400, "malformedJSON")
      let quote = #"{"rider": "r", "pickup": {"latitude": \#(text), "longitude": 0}, "dropoff": {}}"#
      (try await server.raw("POST", "/v1/quotes", quote)).expectProblem(400, "malformedJSON")
    }

    @Test("One bad ping among a hundred costs only itself")
    func oneInAHundred() async throws {
      var pings: [String] = []
      for index in 0..<100 {
        pings.append(try await ping("hundred-\(index)", index == 41 ? ["latitude": "1e999"] : [:]))
      }
      let reply = try await server.raw("POST", "/v1/pings", "[\(pings.joined(separator: ","))]")
      #expect(reply.status == 200)
      #expect(reply.json?["accepted"]?.integer == 99)
      let rejected = try #require(reply.json?["rejected"]?.elements)
      #expect(rejected.count == 1)
      #expect(rejected.first?["index"]?.integer == 41)
      #expect(rejected.first?["status"]?.integer == 422)
      #expect(rejected.first?["code"]?.text == "latitudeOutOfRange")
      #expect(rejected.first?["field"]?.text == "[41].latitude")
      #expect(try await server.get("/v1/drivers/hundred-40").json?["position"]?["latitude"]?.double == 37.77)
      #expect(try await server.get("/v1/drivers/hundred-99").status == 200)
      #expect(try await server.get("/v1/drivers/hundred-41").status == 404)
    }

    @Test("More pings than an array may hold, and none at all")
    func arrays() async throws {
      let one = #"{"driver": "x"}"#
      let many = "[" + Array(repeating: one, count: 1_001).joined(separator: ",") + "]"
      (try await server.raw("POST", "/v1/pings", many)).expectProblem(400, "tooManyPings")
      let none = try await server.raw("POST", "/v1/pings", "[]")
      #expect(none.status == 200)
      #expect(none.json?["accepted"]?.integer == 0)
      (try await server.raw("POST", "/v1/pings", "7")).expectProblem(400, "wrongType")
      (try await server.raw("POST", "/v1/pings", "[7]")).expectProblem(400, "wrongType", field: "[0]")
      let deep = String(repeating: "[", count: 50_000)
      (try await server.raw("POST", "/v1/pings", deep)).expectProblem(400, "malformedJSON")
    }

    @Test("A body over the limit is refused, whether it says its length or not; the server goes on")
    func bodyLimit() async throws {
      let large = String(repeating: " ", count: 262_145)
      (try await server.raw("POST", "/v1/pings", large)).expectProblem(413, "bodyTooLarge")
      (try await server.raw("POST", "/v1/pings", String(repeating: " ", count: 8 << 20)))
        .expectProblem(413, "bodyTooLarge")
      let head = "POST /v1/pings HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
      let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
      let parts = [head] + Array(repeating: chunk, count: 12) + ["0\r\n\r\n"]
      let replies = try await RawSocket.exchange(parts.map { Array($0.utf8) }, with: server.card.address)
      try #require(replies.first).expectProblem(413, "bodyTooLarge")
      // Exactly at the limit is fine.
      let ping = try await ping("at-the-limit")
      let padded = ping + String(repeating: " ", count: 262_144 - ping.utf8.count)
      #expect(try await server.raw("POST", "/v1/pings", padded).status == 200)
    }

    @Test("Chunked bodies are read")
    func chunked() async throws {
      let body = Array(try await ping("chunked").utf8)
      var text = "POST /v1/pings HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
      for byte in body { text += "1;extension=yes\r\n" + String(decoding: [byte], as: UTF8.self) + "\r\n" }
      let reply = try await RawSocket.exchange(text + "0\r\ntrailer: x\r\n\r\n", with: server.card.address)
      #expect(reply.status == 200)
      #expect(reply.json?["accepted"]?.integer == 1)
      let wrong = text.replacing("transfer-encoding: chunked", with: "transfer-encoding: gzip")
      (try await RawSocket.exchange(wrong, with: server.card.address)).expectProblem(501, "transferCodingNotSupported")
      let both = text.replacing("connection: close", with: "connection: close\r\ncontent-length: 3")
      (try await RawSocket.exchange(both, with: server.card.address)).expectProblem(400, "malformedRequest")
      let badSize = "POST /v1/pings HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"
      (try await RawSocket.exchange(badSize, with: server.card.address)).expectProblem(400, "malformedRequest")
    }

    @Test("Heads over their limits")
    func headLimits() async throws {
      let field = "x-filler: " + String(repeating: "a", count: 20_000)
      (try await server.raw("GET", "/healthz", headers: [field])).expectProblem(431, "headersTooLarge")
      let fields = (0..<200).map { "x-\($0): y" }
      (try await server.raw("GET", "/healthz", headers: fields)).expectProblem(431, "headersTooLarge")
      let target = "/v1/rides?cursor=" + String(repeating: "a", count: 10_000)
      (try await server.raw("GET", target)).expectProblem(414, "uriTooLong")
    }

    @Test(
      "What is no HTTP",
      arguments: [
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nbad header: x\r\n\r\n", "GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n",
        "POST /v1/pings HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /v1/pings HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "POST /v1/pings HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
      ])
    func garbage(_ text: String) async throws {
      let reply = try await RawSocket.exchange(text, with: server.card.address)
      reply.expectProblem(400, "malformedRequest")
    }

    @Test("Routes that are not there, and methods that they do not take")
    func routes() async throws {
      for path in ["/", "/v1", "/v1/nothing", "/v1/rides/a/b/c", "/v1/pings/"] {
        (try await server.raw("GET", path)).expectProblem(404, "notFound")
      }
      let wrong = try await server.raw("GET", "/v1/pings")
      wrong.expectProblem(405, "methodNotAllowed")
      #expect(wrong.headers["allow"]?.contains("POST") == true)
      (try await server.raw("DELETE", "/v1/rides", "{}")).expectProblem(405, "methodNotAllowed")
    }

    @Test("Rides, offers, quotes and drivers that nobody knows")
    func unknown() async throws {
      (try await server.raw("GET", "/v1/rides/none")).expectProblem(404, "unknownRide", field: "id")
      (try await server.raw("GET", "/v1/rides/none/feed")).expectProblem(404, "unknownRide", field: "id")
      (try await server.raw("GET", "/v1/rides/none/fare")).expectProblem(404, "unknownRide", field: "id")
      for step in ["arrive", "start", "complete", "no-show", "cancel"] {
        (try await server.raw("POST", "/v1/rides/none/\(step)", #"{"driver": "d"}"#))
          .expectProblem(404, "unknownRide", field: "id")
      }
      (try await server.raw("POST", "/v1/offers/none/accept", #"{"driver": "d"}"#))
        .expectProblem(404, "unknownOffer", field: "id")
      (try await server.raw("POST", "/v1/rides", #"{"rider": "r", "quoteId": "none"}"#))
        .expectProblem(404, "unknownQuote", field: "quoteId")
      (try await server.raw("GET", "/v1/drivers/nobody")).expectProblem(404, "unknownDriver", field: "id")
      (try await server.raw("PUT", "/v1/drivers/nobody/shift", #"{"status": "offline"}"#))
        .expectProblem(404, "unknownDriver", field: "id")
      (try await server.raw("GET", "/v1/rides/a%20b")).expectProblem(400, "badID", field: "id")
    }

    @Test(
      "Queries that make no sense",
      arguments: [
        ("/v1/zones/load?resolution=9", "outOfRange", "resolution"),
        ("/v1/zones/load?resolution=x", "outOfRange", "resolution"),
        ("/v1/zones/load?bbox=1,2,3", "badBounds", "bbox"), ("/v1/zones/load?bbox=nan,0,1,1", "badBounds", "bbox"),
        ("/v1/zones/load?region=atlantis", "unknownRegion", "region"), ("/v1/zones/zzz/load", "badCell", "cell"),
        ("/v1/zones/8828308281fffff/load?step=0", "outOfRange", "step"),
        ("/v1/zones/8828308281fffff/load?from=5&to=4", "badRange", "from"),
        ("/v1/zones/8828308281fffff/load?from=-9223372036854775808&to=9223372036854775807", "badRange", "from"),
      ])
    func queries(_ path: String, _ code: String, _ field: String) async throws {
      (try await server.raw("GET", path)).expectProblem(400, code, field: field)
    }

    @Test("Lists of rides refuse limits, states and cursors that make no sense")
    func lists() async throws {
      for query in ["limit=0", "limit=1001", "limit=x", "state=flying", "driver=a%20b", "rider="] {
        let reply = try await server.raw("GET", "/v1/rides?\(query)")
        #expect((400..<500).contains(reply.status), "\(query): \(reply.text)")
        #expect(reply.json?["field"]?.text == query.split(separator: "=").first.map(String.init), "\(reply.text)")
      }
    }

    @Test("A caller who acts for somebody else")
    func callers() async throws {
      let headers = ["x-cabstand-caller: driver:someone"]
      let ping = try await ping("else")
      (try await server.raw("POST", "/v1/pings", ping, headers: headers)).expectProblem(403, "notYou", field: "driver")
      (try await server.raw("PUT", "/v1/drivers/else/shift", #"{"status": "online"}"#, headers: headers))
        .expectProblem(403, "notYou")
      (try await server.raw("GET", "/healthz", headers: ["x-cabstand-caller: nonsense"]))
        .expectProblem(400, "malformedCaller", field: "x-cabstand-caller")
    }

    @Test("Rides outside of every region are not quoted")
    func outside() async throws {
      let quote =
        #"{"rider": "r", "pickup": {"latitude": 0, "longitude": 0}, "dropoff": {"latitude": 0, "longitude": 0.1}}"#
      let reply = try await server.raw("POST", "/v1/quotes", quote)
      #expect(reply.status == 422)
      #expect(reply.json?["code"]?.text == "outsideServiceArea")
    }
  }
}
