import ArgumentParser
import FunctionKit

/// `cabstand test-feed`: runs recorded events again and tells what differs.
struct TestFeed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test-feed",
    abstract: "Run the functions on a recorded feed and print what differs from what was recorded.",
    discussion: """
      The events run one after the other on stores in memory that begin empty, in the recorded clock. So a feed should begin with the
      city, as one of `simulate --record` does, or of `record` on a server that has just started with --state memory.
      Exits with 1 where something differs.
      """)

  @Argument(help: ArgumentHelp("The feed, as record or simulate --record wrote it.", valueName: "file")) var file:
    String
  @Option(help: "Compare the outputs of this function only; repeat for several. The others run all the same.")
  var function: [String] = []
  @Option(
    help: ArgumentHelp(
      "Member of a body, header field, metadata of a log line, or path such as error.message that may differ; repeat.",
      valueName: "name"))
  var ignore: [String] = []
  @Option(
    help: ArgumentHelp("Folder below which a function's function.yaml overrides the carried one.", valueName: "folder"))
  var functions: String?
  @OptionGroup var regions: RegionOptions
  @Option(help: "Most differences to print.") var limit: Int = 20
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let feed = try FeedFile(path: file)
    let run = FeedRun(
      compared: function.isEmpty ? nil : Set(function), ignored: Set(ignore), directory: functions,
      map: try regions.map)
    let report = try await run.run(feed)
    Terminal.result(json ? Self.json(report, limit) : Self.text(report, limit))
    if !report.differences.isEmpty { throw ExitCode(1) }
  }

  private static func text(_ report: FeedRun.Report, _ limit: Int) -> String {
    var lines = report.differences.prefix(max(0, limit)).map { difference in
      "line \(difference.line), \(difference.function), event \(difference.event): \(difference.path)\n"
        + "  recorded \(difference.recorded)\n  now      \(difference.now)"
    }
    if report.differences.count > limit { lines.append("and \(report.differences.count - limit) more") }
    for (function, count) in report.differing.sorted(by: { $0.key < $1.key }) {
      lines.append("\(function): \(count) invocations differ")
    }
    let verdict = report.differences.isEmpty ? "nothing differs" : "\(report.differences.count) differences"
    lines.append("\(report.invocations) invocations, \(verdict)")
    return lines.joined(separator: "\n")
  }

  private static func json(_ report: FeedRun.Report, _ limit: Int) -> String {
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("invocations", report.invocations)
        json.member("skipped", report.skipped)
        json.member("differences", report.differences.count)
        json.key("found")
        json.array { json in
          for difference in report.differences.prefix(max(0, limit)) {
            json.object { json in
              json.member("line", difference.line)
              json.member("function", difference.function)
              json.member("event", difference.event)
              json.member("path", difference.path)
              json.member("recorded", difference.recorded)
              json.member("now", difference.now)
            }
          }
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
