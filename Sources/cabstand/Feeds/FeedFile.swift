import ArgumentParser
import FunctionKit
import TriggerRuntime

/// A recorded feed: a line that says what the server was, then a line per invocation.
struct FeedFile {
  /// The regions that were served; empty where the feed does not say: then all.
  var regions: [String] = []
  /// The invocations with their line numbers, in the order in which they began.
  var invocations: [(line: Int, invocation: RecordedInvocation)] = []

  /// The first line of a feed.
  static func header(regions: [String]) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("feed", "cabstand.functions.v1")
        json.key("regions")
        json.array { json in for region in regions { json.value(region) } }
      }
    } + [0x0A]
  }

  /// Reads a feed.
  /// - Throws: `ValidationError` with the line that cannot be read.
  init(path: String) throws {
    guard let bytes = TextFile.bytes(at: path) else { throw ValidationError("The feed \(path) cannot be read.") }
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      let line = Array(line)
      if index == 0, let header = try? JSONValue(parsing: line), header["feed"] != nil {
        regions = (header["regions"]?.elements ?? []).compactMap(\.text)
        continue
      }
      do {
        invocations.append((index + 1, try RecordedInvocation(line: line)))
      } catch {
        throw ValidationError("\(path):\(index + 1): \(error)")
      }
    }
    // Lines come when invocations end, and from several processes.
    invocations.sort { first, second in
      (first.invocation.time, first.invocation.sequence, first.line)
        < (second.invocation.time, second.invocation.sequence, second.line)
    }
  }
}
