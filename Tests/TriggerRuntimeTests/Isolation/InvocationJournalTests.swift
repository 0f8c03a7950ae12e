import FunctionKit
import Glibc
import Testing

@testable import TriggerRuntime

@Suite("Journal of invocations", .timeLimit(.minutes(8)))
struct InvocationJournalTests {
  private final class Folder {
    let path: String
    init() {
      var template = Array("/tmp/cabstand-journal-XXXXXX".utf8CString)
      path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }
    deinit {
      for name in ["journal", "crashes"] { unlink("\(path)/\(name)") }
      rmdir(path)
    }
  }

  private static func event(_ id: String, body: String = "") -> Event {
    Event(id: id, source: "/source", type: "com.example.tested.v1", body: Array(body.utf8))
  }

  @Test("Another process reads what was under way, the one at fault first")
  func entries() throws {
    let folder = Folder()
    let journal = try InvocationJournal(path: "\(folder.path)/journal")
    let base = try #require(journal.reserve(4))
    let long = String(repeating: "é", count: 400)
    journal.begin(base, function: "one", trigger: "web", event: Self.event("a"), digest: 1)
    journal.begin(base + 1, function: long, trigger: long, event: Self.event(long), digest: 2)
    journal.begin(
      base + 2, function: "three", trigger: "web", events: (0..<40).map { Self.event("\($0)") },
      digests: (100..<140).map { UInt64($0) })
    journal.begin(base + 3, function: "four", trigger: "web", event: Self.event("over"), digest: 4)
    journal.end(base + 3)
    journal.markFault(Int32(base + 2))
    let entries = try InvocationJournal(path: "\(folder.path)/journal").entries()
    #expect(entries.map(\.isAtFault) == [true, false, false])
    #expect(entries[0].function == "three" && entries[0].eventCount == 40 && entries[0].id == "0")
    #expect(entries[0].digests == (100..<116).map { UInt64($0) })
    #expect(entries[1].function == "one" && entries[1].trigger == "web" && entries[1].source == "/source")
    #expect(entries[1].id == "a" && entries[1].digests == [1])
    #expect(entries[2].function.hasPrefix("éééé"))
  }

  @Test("There are records for so many workers and no more")
  func room() throws {
    let folder = Folder()
    let journal = try InvocationJournal(path: "\(folder.path)/journal")
    #expect(journal.reserve(8_000) == 0)
    #expect(journal.reserve(192) == 8_000)
    #expect(journal.reserve(1) == nil)
  }

  @Test("A digest is an event's own: the same for its copies, another for every other")
  func digests() {
    let event = Self.event("a", body: "{\"x\":1}")
    var copy = event
    copy.time = EventTime(unixMilliseconds: 5)
    copy.extensions["traceparent"] = "x"
    #expect(EventDigest.of(event, function: "f") == EventDigest.of(copy, function: "f"))
    var digests = Set([EventDigest.of(event, function: "f"), EventDigest.of(event, function: "g")])
    copy.body.append(0)
    digests.insert(EventDigest.of(copy, function: "f"))
    // Ticks have no body.
    for id in ["1", "2"] { digests.insert(EventDigest.of(Self.event(id), function: "f")) }
    for body in ["12345678", "123456789", "1234567812345678", "\0"] {
      digests.insert(EventDigest.of(Self.event("a", body: body), function: "f"))
    }
    #expect(digests.count == 9)
  }

  @Test("Crashes are counted for all who look, and forgotten on demand")
  func crashes() throws {
    let folder = Folder()
    let writer = try CrashTable(path: "\(folder.path)/crashes")
    let reader = try CrashTable(path: "\(folder.path)/crashes")
    #expect(reader.isEmpty)
    #expect(writer.add(7) == 1)
    #expect(writer.add(8) == 1)
    #expect(writer.add(7) == 2)
    #expect(reader.count(7) == 2 && reader.count(8) == 1 && reader.count(9) == 0 && !reader.isEmpty)
    for value in 100..<3_000 as Range<UInt64> { _ = writer.add(value) }
    #expect(reader.count(7) == 2)
    writer.clear()
    #expect(reader.count(7) == 0 && reader.isEmpty)
  }

  @Test("An event that crashed too often is dead-lettered with its reason; the others of its batch are handled alone")
  func refused() async throws {
    let folder = Folder()
    let crashes = try CrashTable(path: "\(folder.path)/crashes")
    let isolation = WorkerIsolation(
      journal: try InvocationJournal(path: "\(folder.path)/journal"), crashes: crashes, limit: 2)
    let poison = Self.event("poison", body: "poison")
    let suspect = Self.event("suspect", body: "suspect")
    _ = crashes.add(EventDigest.of(suspect, function: "echo"))
    for _ in 0..<2 { _ = crashes.add(EventDigest.of(poison, function: "echo")) }
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let yaml = """
      kind: NuclioFunction
      metadata: {name: echo}
      spec:
        handler: Test
        triggers:
          stream:
            kind: redis-stream
            batch: {batchSize: 8, timeout: 1ms}
            attributes: {topic: t}
      """
    var registry = FunctionRegistry()
    let seen = Watched<[[String]]>([])
    registry.register("Test") { _ in BatchFunction { batch in seen.change { $0.append(batch) } } }
    var configuration = RuntimeConfiguration()
    configuration.isolation = isolation
    try await stream.publish([Self.event("good", body: "good"), poison, suspect], to: "t")
    let runtime = TriggerRuntime(
      functions: [try SpecificationReader(environment: [:]).read(yaml, file: "f.yaml")], registry: registry,
      stores: TriggerStores(streams: stream, deadLetters: letters), configuration: configuration,
      logger: Harness.logger, metrics: PrometheusMetrics())
    try await Harness.run(runtime) { _ in
      await seen.wait { $0.joined().sorted() == ["good", "suspect"] }
      while try await letters.letters(DeadLetterFilter()).isEmpty { await Task.yield() }
    }
    #expect(seen.value.allSatisfy { $0.count == 1 }, "\(seen.value)")
    let letter = try #require(try await letters.letters(DeadLetterFilter()).first)
    #expect(letter.event.id == "poison" && letter.reason.code == "crashesWorker")
  }

  /// Tells of every batch that it gets.
  private struct BatchFunction: Function {
    let tell: @Sendable ([String]) -> Void

    init(_ setup: FunctionSetup) throws { throw SetupError("made of a closure only") }
    init(_ tell: @escaping @Sendable ([String]) -> Void) { self.tell = tell }

    func handle(_ event: Event, _ context: Context) async throws -> Response {
      tell([event.id])
      return .noContent
    }

    func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
      tell(events.map(\.id))
      return events.map { _ in .success(.noContent) }
    }
  }
}
