import EmbeddedStores
import Testing

extension EndToEnd {
  /// Recorded feeds, run again.
  @Suite("Feeds")
  struct FeedTests {
    /// A few minutes of the demo city, made by
    /// `cabstand simulate --city demo --seed 7 --fleet 4 --requests 4 --from 17:00 --to 17:01 --record demo-city.ndjson`.
    private static let feed = "\(#filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined())/demo-city.ndjson"

    @Test("The dispatch functions do what they did when the demo city was recorded")
    func guarded() async throws {
      let outcome = try await Program.run(["test-feed", Self.feed])
      #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("nothing differs"))
    }

    @Test("A function that does something else is told, with line and field")
    func differs() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let text = try #require(Directories.text(of: Self.feed, limitBytes: 64 << 20))
      #expect(text.contains("\"function\":\"quote-fare\""))
      // What a quote cost when it was recorded was something else.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
        line.contains("\"function\":\"quote-fare\"")
          ? String(line).replacing("\"status\":201", with: "\"status\":299") : String(line)
      }
      let path = try folder.write(lines.joined(separator: "\n"), to: "changed.ndjson")
      let outcome = try await Program.run(["test-feed", path])
      #expect(outcome.code == 1)
      #expect(outcome.output.contains("quote-fare") && outcome.output.contains("response.status"))
      let other = try await Program.run(["test-feed", path, "--function", "settle-fare"])
      #expect(other.code == 0, "\(other.output)")
      let ignoring = try await Program.run(["test-feed", path, "--ignore", "response.status", "--json"])
      #expect(ignoring.code == 0, "\(ignoring.output)")
    }

    @Test("A feed that cannot be read is told with its line")
    func malformed() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let path = try folder.write("{\"feed\":1}\n\n{\"function\":1}\n", to: "bad.ndjson")
      let outcome = try await Program.run(["test-feed", path])
      #expect(outcome.code == 64)
      #expect(outcome.errors.contains("bad.ndjson:3"))
    }
  }
}
