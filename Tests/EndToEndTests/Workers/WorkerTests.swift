import EmbeddedStores
import FunctionKit
import Glibc
import NIOCore
import Replay
import Synchronization
import Testing

extension EndToEnd {
  /// Worker processes: what happens when one dies, and when all are replaced.
  @Suite("Worker processes", .enabled(if: StoreTools.areThere))
  struct WorkerTests {
    /// Runs a server whose workers host the function of tests.
    private func serve(
      _ options: [String] = ["--workers", "2"], program: String? = nil, _ body: (Server) async throws -> Void
    ) async throws {
      let server = try await Server.start(options, program: program, environment: ["CABSTAND_FAULTS": "1"])
      do {
        try await body(server)
      } catch {
        await server.stop()
        server.folder.remove()
        throw error
      }
      #expect(await server.stop() == .code(0), "the server did not stop in order")
      #expect(try await ProcessList.afterWaiting(server.folder.path).isEmpty, "the server left processes behind")
      server.folder.remove()
    }

    @Test("A crash is told with the event that caused it; the third time the request is answered 422")
    func crashingRequest() async throws {
      try await serve { server in
        // The connection breaks, which a client may answer by asking again, or the function is late.
        let refused = try await eventually("the refusal") {
          let reply = try await server.fault(#"{"fault":"trap"}"#)
          // Others go on at once.
          #expect(try await server.post("/v1/faults", "{}").status == 200)
          return reply?.status == 422 ? reply : nil
        }
        #expect(refused.json?["code"]?.text == "crashesWorker")
        let lines = server.lines("a worker died")
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("function=faults") })
        for count in 1...2 { #expect(lines.count { $0.contains("crashes=\(count)") } == 1, "\(lines)") }
        // What differs is not punished.
        #expect(try await server.post("/v1/faults", #"{"fault":"none"}"#).status == 200)
        _ = try await eventually("Swift's own account of the crash") {
          server.log.contains("Program crashed") || access("/opt/swift/usr/libexec/swift", F_OK) != 0 ? true : nil
        }
      }
    }

    @Test("A trap in a child task and an exit() are laid to the right event while others are under way")
    func blame() async throws {
      try await serve(["--workers", "1"]) { server in
        for fault in ["trapInChild", "exit", "abort"] {
          async let bystander = server.fault(#"{"fault":"sleep","milliseconds":1500,"for":"\#(fault)"}"#)
          try await Task.sleep(for: .milliseconds(300))
          _ = try await server.fault(#"{"fault":"\#(fault)"}"#)
          _ = try await bystander
          _ = try await eventually("what the worker died of") {
            server.lines("a worker died").contains { $0.contains("crashes=1") } ? true : nil
          }
          _ = try await server.fault(#"{"fault":"\#(fault)"}"#)
          let refused = try await eventually("the refusal of \(fault)") {
            let reply = try await server.fault(#"{"fault":"\#(fault)"}"#)
            return reply?.status == 422 ? reply : nil
          }
          #expect(refused.json?["code"]?.text == "crashesWorker")
        }
        #expect(try await server.fault(#"{"fault":"sleep","milliseconds":1,"for":"exit"}"#)?.status == 200)
      }
    }

    @Test("An event that crashes its worker repeatedly ends among the dead letters")
    func crashingEvent() async throws {
      try await serve { server in
        // The worker that takes it may be the one that dies of it, before it has answered.
        let accepted = try await server.fault(#"{"fault":"trap"}"#, headers: [("x-cabstand-invoke", "async")])
        #expect(accepted?.status ?? 202 == 202)
        let letters = try await eventually("the dead letter") { () async throws -> JSONValue? in
          let outcome = try await Program.run(["dlq", "list", "--json", "--data-dir", server.dataDirectory])
          return outcome.output.contains("crashesWorker") ? try JSONValue(parsing: Array(outcome.output.utf8)) : nil
        }
        #expect("\(letters)".contains("crashesWorker"))
        #expect(server.lines("a worker died").count == 2)
        #expect(try await server.get("/readyz").status == 200)
      }
    }

    @Test("Workers killed with -9 under load: nothing that was accepted is lost, and nothing goes to the dead letters")
    func killed() async throws {
      try await serve { server in
        var accepted = 0
        for index in 0..<120 {
          let body = #"{"fault":"sleep","milliseconds":30,"number":\#(index)}"#
          let reply = try await server.fault(body, headers: [("x-cabstand-invoke", "async")])
          if reply?.status == 202 { accepted += 1 }
          if index % 40 == 20, let worker = try server.workers.first { kill(worker, SIGKILL) }
        }
        #expect(accepted > 60)
        _ = try await eventually("the end of all deliveries") { () async throws -> Bool? in
          let left = try await StoreTools.sql(
            "SELECT count(*) FROM deliveries WHERE queue = 'invoke/faults'", on: server)
          return left.output.split(separator: "\n").first == "0" ? true : nil
        }
        let letters = try await Program.run(["dlq", "list", "--json", "--data-dir", server.dataDirectory])
        #expect(!letters.output.contains("faults"), "\(letters.output)")
        #expect(server.lines("a worker died").count >= 3)
        #expect(server.lines("a worker took the place").count >= 3)
      }
    }

    @Test("Two workers that die at once are replaced by two that were ready")
    func spares() async throws {
      try await serve(["--workers", "2", "--spare-workers", "2", "--log-level", "debug"]) { server in
        _ = try await eventually("two spare workers") { server.lines("a worker is ready").count >= 4 ? true : nil }
        let before = try server.workers
        #expect(before.count == 4)
        // The first two serve.
        for worker in before.prefix(2) { kill(worker, SIGKILL) }
        let lines = try await eventually("their heirs") {
          let lines = server.lines("a worker took the place")
          return lines.count == 2 ? lines : nil
        }
        let heirs = before.suffix(2).map { "worker=\($0)" }
        for heir in heirs { #expect(lines.count { $0.contains(heir) } == 1, "\(lines)") }
        for _ in 0..<8 { #expect(try await server.post("/v1/faults", "{}").status == 200) }
        _ = try await eventually("two more spare workers") { server.lines("a worker is ready").count >= 6 ? true : nil }
      }
    }

    @Test("All workers are replaced by a new program without a failed request")
    func rollingRestart() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let program = "\(folder.path)/cabstand"
      try await copy(to: program)
      try await serve(program: program) { server in
        let before = try server.workers
        try await copy(to: "\(program).new")
        #expect(rename("\(program).new", program) == 0)
        let end = Flag()
        let address = try server.card.address
        let results = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
          for index in 0..<6 {
            group.addTask {
              var (count, failures) = (0, [String]())
              while !end.isUp {
                // Half of them keep their connection, the others make one for each request.
                let client = HTTPClient(configuration: .init(address: address))
                for _ in 0..<(index % 2 == 0 ? 200 : 1) where !end.isUp {
                  do {
                    let reply = try await client.send(
                      HTTPCall(.post, "/v1/faults", body: .init(string: "{}"), headers: [], deadline: .seconds(30)))
                    if reply.status == 200 { count += 1 } else { failures.append("\(reply.status)") }
                  } catch {
                    failures.append("\(error)")
                  }
                }
                await client.shutdown()
              }
              return (count, failures)
            }
          }
          for _ in 0..<2 {
            let outcome = try await Program.run(["restart", "--data-dir", server.dataDirectory])
            #expect(outcome.code == 0, "\(outcome.errors) \(server.log.suffix(2_000))")
          }
          _ = try await eventually("the end of the old workers") {
            Set(try server.workers).isDisjoint(with: before) ? true : nil
          }
          end.raise()
          var results: [(Int, [String])] = []
          for try await result in group { results.append(result) }
          return results
        }
        #expect(results.map(\.0).reduce(0, +) > 100)
        #expect(results.flatMap(\.1).isEmpty, "\(results.flatMap(\.1).prefix(5))")
        // A spare one of the first restart may end while it is looked at.
        _ = try await eventually("workers of the new program alone") { () async throws -> Bool? in
          let workers = try server.workers
          for worker in workers {
            guard try await Program.run("/usr/bin/cmp", ["/proc/\(worker)/exe", program]).code == 0 else { return nil }
          }
          return workers.isEmpty ? nil : true
        }
      }
    }

    @Test("A program that does not start does not take the place of the one that runs")
    func brokenProgram() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let program = "\(folder.path)/cabstand"
      try await copy(to: program)
      try await serve(program: program) { server in
        let before = try server.workers
        // Its migrations run, its workers do not.
        let script = "#!/bin/sh\ncase \"$1\" in migrate) exit 0;; esac\nexit 3\n"
        _ = try folder.write(script, to: "broken")
        chmod("\(folder.path)/broken", 0o755)
        #expect(rename("\(folder.path)/broken", program) == 0)
        #expect(kill(try server.card.processID, SIGHUP) == 0)
        _ = try await eventually("the end of the attempt") {
          server.lines("the new workers do not come up").isEmpty ? nil : true
        }
        #expect(try server.workers.filter(before.contains).count >= 2)
        #expect(try await server.post("/v1/faults", "{}").status == 200)
      }
    }

    @Test("Metrics are those of all workers, and a log level is changed on all")
    func together() async throws {
      try await serve { server in
        for _ in 0..<40 {
          let client = HTTPClient(configuration: .init(address: try server.card.address))
          let reply = try await client.send(
            HTTPCall(.post, "/v1/faults", body: .init(string: "{}"), headers: [], deadline: .seconds(60)))
          #expect(reply.status == 200)
          await client.shutdown()
        }
        for _ in 0..<6 {
          let text = String(buffer: try await server.get("/metrics").body)
          let line = text.split(separator: "\n").first {
            $0.hasPrefix("cabstand_http_answers_total") && $0.contains("/v1/faults") && $0.contains("2xx")
          }
          #expect(line?.hasSuffix(" 40") == true, "\(line ?? "none")")
        }
        #expect(try await server.put("/admin/functions/faults/log-level", #"{"level":"debug"}"#).status == 200)
        for _ in 0..<6 {
          let client = HTTPClient(configuration: .init(address: try server.card.address))
          let reply = try await client.send(
            HTTPCall(.get, "/admin/functions/faults/log-level", headers: [], deadline: .seconds(60)))
          #expect(reply.json?["level"]?.text == "debug")
          await client.shutdown()
        }
      }
    }

    @Test("Stopping answers everything that was begun")
    func drain() async throws {
      let server = try await Server.start(["--workers", "2"], environment: ["CABSTAND_FAULTS": "1"])
      defer { server.folder.remove() }
      async let first = server.fault(#"{"fault":"sleep","milliseconds":1500,"n":1}"#)
      async let second = server.fault(#"{"fault":"sleep","milliseconds":1500,"n":2}"#)
      let card = try server.card
      _ = try await eventually("both at work") { () async throws -> Bool? in
        try await Task.sleep(for: .milliseconds(300))
        return true
      }
      #expect(kill(card.processID, SIGTERM) == 0)
      #expect(try await first?.status == 200)
      #expect(try await second?.status == 200)
      #expect(await server.stop() == .code(0))
    }

    /// Tells tasks that it is over.
    private final class Flag: Sendable {
      private let value = Atomic(false)
      var isUp: Bool { value.load(ordering: .relaxed) }
      func raise() { value.store(true, ordering: .relaxed) }
    }

    private func copy(to path: String) async throws {
      #expect(try await Program.run("/bin/cp", [Program.path ?? "", path]).code == 0)
    }
  }

  /// Limits that a file sets, on a server without stores.
  @Suite("Resilience", .enabled(if: Program.isThere))
  struct ResilienceTests {
    @Test("Over a function's limit: 429 with Retry-After, not ready, and ready again; late: 504")
    func limits() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let file = try folder.write(
        "timeouts: {brief: 1s}\ntargets: {functions: {faults: {maxInFlight: 1, timeout: brief}}}\n",
        to: "resilience.yaml")
      let server = try await Server.start(
        ["--state", "memory", "--resilience", file], environment: ["CABSTAND_FAULTS": "1"])
      defer { server.folder.remove() }
      async let slow = server.fault(#"{"fault":"sleep","milliseconds":600000}"#)
      _ = try await eventually("unreadiness") { try await server.get("/readyz").status == 503 ? true : nil }
      let refused = try #require(try await server.fault("{}"))
      #expect(refused.status == 429 && refused.json?["code"]?.text == "tooManyInFlight")
      #expect(refused.retryAfterSeconds != nil)
      #expect(try await slow?.status == 504)
      _ = try await eventually("readiness") { try await server.get("/readyz").status == 200 ? true : nil }
      #expect(await server.stop() == .code(0))
    }

    @Test("A mistake in the file is told with its line before anything starts")
    func mistake() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let file = try folder.write("timeouts: {brief: 1s}\ntarget: {}\n", to: "resilience.yaml")
      for state in ["memory", "stores"] {
        let outcome = try await Program.run(
          ["serve", "--state", state, "--data-dir", "\(folder.path)/data", "--resilience", file])
        #expect(outcome.code != 0)
        #expect(outcome.errors.contains("resilience.yaml:2:1"), "\(outcome.errors)")
      }
    }
  }
}
