import FunctionKit
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// Events that were given up, over HTTP and by the command, which say and do the same.
  @Suite("Dead letters over HTTP", .enabled(if: StoreTools.areThere), .server("--workers", "1"))
  struct DeadLetterTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    /// Sends a request that will be handled later, and fails then.
    private func give(_ path: String) async throws -> String {
      let reply = try await server.client.send(
        HTTPCall(
          .post, path, body: ByteBuffer(string: "{}"), headers: [("x-cabstand-invoke", "async")],
          deadline: .seconds(60)))
      #expect(reply.status == 202)
      let id = try #require(reply.json?["invocationId"]?.text)
      #expect(reply.json?["invocationIds"]?.elements == [.string(id)])
      return id
    }

    private func letters(_ query: String) async throws -> [JSONValue] {
      let reply = try await server.get("/admin/dead-letters?\(query)")
      #expect(reply.status == 200)
      return try #require(reply.json?["deadLetters"]?.elements)
    }

    @Test("They are listed, shown, redriven and purged")
    func life() async throws {
      var ids: [String] = []
      for _ in 0..<3 { ids.append(try await give("/v1/quotes")) }
      _ = try await give("/v1/rides")
      let found = try await eventually("the dead letters") { () async throws -> [JSONValue]? in
        guard try await letters("function=request-ride").count == 1 else { return nil }
        let found = try await letters("function=quote-fare&trigger=async&since=1h")
        return found.count == 3 ? found : nil
      }
      #expect(Set(found.compactMap { $0["event"]?["id"]?.text }) == Set(ids))
      #expect(found.allSatisfy { $0["code"]?.text == "missingField" && $0["attempts"]?.integer == 1 })
      let numbers = found.compactMap { $0["id"]?.integer }
      #expect(numbers == numbers.sorted())

      // Pages follow each other; the last one has no next.
      let first = try await server.get("/admin/dead-letters?function=quote-fare&limit=2")
      #expect(first.json?["deadLetters"]?.elements?.count == 2)
      #expect(first.json?["next"]?.integer == numbers[1])
      let second = try await server.get("/admin/dead-letters?function=quote-fare&limit=2&after=\(numbers[1])")
      #expect(second.json?["deadLetters"]?.elements?.compactMap { $0["id"]?.integer } == [numbers[2]])
      #expect(second.json?["next"] == nil)

      // One of them, as the command shows it.
      let one = try await server.get("/admin/dead-letters/\(numbers[0])")
      #expect(one.json == found[0])
      let shown = try await Program.run(["dlq", "show", "\(numbers[0])", "--json", "--data-dir", server.dataDirectory])
      #expect(try JSONValue(parsing: Array(shown.output.utf8)) == one.json)
      for missing in ["999999", "none"] {
        let reply = try await server.get("/admin/dead-letters/\(missing)")
        #expect(reply.status == 404 && reply.json?["code"]?.text == "unknownDeadLetter")
      }

      // One more attempt, which fails as well.
      let redriven = try await server.post("/admin/dead-letters/redrive", #"{"ids": [\#(numbers[0])]}"#)
      #expect(redriven.json?["redriven"]?.integer == 1)
      _ = try await eventually("its return") { () async throws -> Bool? in
        let letter = try await server.get("/admin/dead-letters/\(numbers[0])").json
        return letter?["redrives"]?.integer == 1 && letter?["attempts"]?.integer == 2 ? true : nil
      }

      let purged = try await server.post("/admin/dead-letters/purge", #"{"function": "quote-fare"}"#)
      #expect(purged.json?["purged"]?.integer == 3)
      #expect(try await letters("function=quote-fare").isEmpty)
      #expect(try await letters("limit=1000").count == 1)
      #expect(try await server.post("/admin/dead-letters/purge", #"{"all": true}"#).json?["purged"]?.integer == 1)
    }

    @Test(
      "What cannot be meant is told, and changes nothing",
      arguments: [
        ("", "malformedJSON"), ("{}", "missingField"), (#"{"all": false}"#, "missingField"),
        (#"{"all": true, "functions": "x"}"#, "unknownField"), (#"{"ids": []}"#, "wrongType"),
        (#"{"ids": ["1"]}"#, "wrongType"), (#"{"ids": [1.5]}"#, "wrongType"), (#"{"function": 1}"#, "wrongType"),
        (#"{"since": "yesterday"}"#, "badTime"),
      ])
    func refused(body: String, code: String) async throws {
      for change in ["redrive", "purge"] {
        let reply = try await server.post("/admin/dead-letters/\(change)", body)
        #expect(reply.status == 400)
        #expect(reply.json?["code"]?.text == code)
      }
    }

    @Test("So are queries", arguments: ["limit=0", "limit=1001", "limit=x", "after=-1", "since=x", "nope=1"])
    func refusedQueries(query: String) async throws {
      #expect(try await server.get("/admin/dead-letters?\(query)").status == 400)
    }
  }
}
