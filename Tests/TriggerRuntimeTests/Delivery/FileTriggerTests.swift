import Foundation
import FunctionKit
import Testing

@testable import TriggerRuntime

/// Folders and feeds of events.
@Suite(.timeLimit(.minutes(8)))
struct FileTriggerTests {
  private let letters = MemoryDeadLetterQueue()

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "cabstand-files-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  private func harness(_ attributes: String, more: String = "") -> Harness {
    var harness = Harness(
      """
      metadata: {name: settle}
      spec:
        handler: Test
        triggers:
          files:
            kind: file
            numWorkers: 2
            \(more)
            attributes: {\(attributes), pollInterval: 1ms}
      """)
    harness.usesHTTP = false
    harness.deadLetters = letters
    return harness
  }

  private func text(_ id: Int, key: String = "k") -> String {
    #"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"t","partitionkey":"\#(key)","data":{"n":\#(id)}}"#
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
  }

  private func append(_ text: String, _ path: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  private func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test func aFolderIsHandledInOrderAndMovedAway() async throws {
    try await withFolder { folder in
      for id in 0..<5 { try write(text(id), "\(folder)/0\(id).json") }
      try write(text(9), "\(folder)/not-yet.json.part")
      try write("{\"specversion\":\"1.0\"}", "\(folder)/05.json")
      let seen = Watched<[String]>([])
      try await harness("folder: \(folder)", more: "maxAttempts: 2\n      retry: {duration: 1ms}").run {
        event, context in
        #expect(context.caller == .service("file"))
        seen.change { $0.append(event.id) }
        if event.id == "3" { throw FunctionError(.transient, code: "down", "is down") }
        return .noContent
      } while: { _ in
        while names("\(folder)/done").count + names("\(folder)/failed").count < 6 { await Task.yield() }
        // One more of the same name as one that is done.
        try write(text(7), "\(folder)/00.json")
        await seen.wait { $0.last == "7" }
        while names("\(folder)/done").count < 5 { await Task.yield() }
      }
      #expect(seen.value == ["0", "1", "2", "3", "3", "4", "7"])
      #expect(names("\(folder)/done") == ["00.json", "00.json.2", "01.json", "02.json", "04.json"])
      #expect(names("\(folder)/failed") == ["03.json", "05.json"])
      #expect(names(folder) == ["done", "failed", "not-yet.json.part"])
      let kept = letters.all().sorted { $0.reason.code < $1.reason.code }
      #expect(kept.map(\.reason.code) == ["down", "malformedEvent"])
      #expect(kept.last?.event.body == Array("{\"specversion\":\"1.0\"}".utf8))
      #expect(kept.last?.reason.attempts == 0)
    }
  }

  @Test func aFolderThatMustStayAsItIsIsRememberedByName() async throws {
    try await withFolder { folder in
      for id in 0..<3 { try write(text(id), "\(folder)/\(id).json") }
      let seen = Watched<[String]>([])
      for round in 0..<2 {
        try write(text(10 + round), "\(folder)/later-\(round).json")
        try await harness("folder: \(folder), after: remember").run { event, _ in
          seen.change { $0.append(event.id) }
          return .noContent
        } while: { _ in
          await seen.wait { $0.count >= 4 + round }
        }
      }
      #expect(seen.value == ["0", "1", "2", "10", "11"])
      #expect(names(folder).contains("0.json"))
    }
  }

  @Test func aFeedGoesOnWhereItStopped() async throws {
    try await withFolder { folder in
      let feed = "\(folder)/feed.ndjson"
      try write((0..<5).map { text($0) + "\n" }.joined() + "nonsense\n\n" + text(5) + "\r\n" + "{\"specver", feed)
      let seen = Watched<[String]>([])
      let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
        seen.change { $0.append(event.id) }
        return .noContent
      }
      try await harness("feed: \(feed)").run(function) { _ in
        await seen.wait { $0.count == 6 }
        while letters.all().isEmpty { await Task.yield() }
      }
      #expect(seen.value == (0..<6).map(String.init))
      #expect(letters.all().first?.event.body == Array("nonsense".utf8))
      // The rest of the line that was cut short, and more.
      try write("", "\(folder)/other")
      try append("sion\":\"1.0\",\"id\":\"6\",\"source\":\"/s\",\"type\":\"t\"}\n" + text(7) + "\n", feed)
      try await harness("feed: \(feed)").run(function) { _ in
        await seen.wait { $0.count >= 8 }
        // Another file under the same name is read from its beginning.
        try FileManager.default.moveItem(atPath: feed, toPath: "\(folder)/feed.old")
        try write(text(8) + "\n", feed)
        await seen.wait { $0.count >= 9 }
      }
      #expect(seen.value == (0..<9).map(String.init))
    }
  }

  /// What is not done is read again after a restart; what lies behind it too, unless duplicates are left out.
  @Test func aFeedForgetsNothingThatIsNotDone() async throws {
    try await withFolder { folder in
      let feed = "\(folder)/feed.ndjson"
      try write((0..<6).map { text($0, key: "k\($0)") + "\n" }.joined(), feed)
      let seen = Watched<[String]>([])
      let deduplication = MemoryDeduplicationStore()
      for round in 0..<2 {
        var harness = harness(
          "feed: \(feed)", more: "delivery: effectivelyOnce\n      retry: {duration: 1h, maxInterval: 1h}")
        harness.deduplication = deduplication
        try await harness.run { event, _ in
          if event.id == "2", round == 0 { throw FunctionError(.transient, code: "down", "is down") }
          seen.change { $0.append(event.id) }
          return .noContent
        } while: { _ in
          await seen.wait { $0.count >= 5 + round }
        }
      }
      #expect(seen.value.sorted() == (0..<6).map(String.init))
      #expect(seen.value.last == "2")
    }
  }

  @Test func oneInstanceReadsAFolder() async throws {
    try await withFolder { folder in
      for id in 0..<50 { try write(text(id, key: "k\(id)"), "\(folder)/\(id).json") }
      let seen = Watched<[String]>([])
      var first = harness("folder: \(folder)")
      first.leases = MemoryLeaseKeeper()
      let instance = first
      let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
        await Task.yield()
        seen.change { $0.append(event.id) }
        return .noContent
      }
      try await instance.run(function) { _ in
        try await instance.run(function) { _ in
          while names("\(folder)/done").count < 50 { await Task.yield() }
        }
      }
      #expect(seen.value.count == 50)
    }
  }
}
