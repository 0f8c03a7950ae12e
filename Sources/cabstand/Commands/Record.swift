import ArgumentParser
import FunctionKit
import Replay
import TriggerRuntime

/// `cabstand record`: writes down what the functions of a running server see and do.
struct Record: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write down what the functions of a running server see: events, outputs, log lines.",
    discussion: """
      One line of JSON for each invocation, for `cabstand test-feed`. All instances that share the stores record. It ends after
      --seconds, with --max-events, or with Ctrl-C. What stands in a field that --redact names is left out.
      Exits with 1 where lines were lost, with 2 where the server does not answer.
      """)

  @Option(help: "Record this function only; repeat for several. Default: all.") var function: [String] = []
  @Option(help: ArgumentHelp("The file to write; - is stdout.", valueName: "file")) var output: String = "-"
  @Option(help: "How long, 1 to 3600.") var seconds: Int = 60
  @Option(help: "Most invocations, 1 to 1000000.") var maxEvents: Int = 10_000
  @Option(
    help: ArgumentHelp(
      "Field that is left out, in bodies, header fields, query and log; repeat. none leaves out nothing. Default: credentials, phone, "
        + "email, card numbers.", valueName: "name"))
  var redact: [String] = []
  @OptionGroup var server: ServerFlags

  func validate() throws {
    guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds must be from 1 to 3600.") }
    guard (1...1_000_000).contains(maxEvents) else { throw ValidationError("--max-events must be from 1 to 1000000.") }
  }

  func run() async throws {
    let stop = StopSignals()
    let command = self
    let task = Task { try await command.server.withServer { try await command.record(try command.file(), $0) } }
    let isWhole = try await stop.cancelling(task)
    if !isWhole { throw ExitCode(1) }
  }

  private func file() throws -> LogFile { try LogFile(output == "-" ? "/dev/stdout" : output) }

  /// Records until the end.
  /// - Returns: whether nothing was lost.
  private func record(_ file: LogFile, _ client: AdminClient) async throws -> Bool {
    let started = try JSONValue(parsing: try await client.send(.post, "/admin/recording", order))
    guard let id = started["recording"]?["id"]?.text else {
      Terminal.error("the server does not say which recording it began")
      throw ExitCode(1)
    }
    file.write(FeedFile.header(regions: (started["regions"]?.elements ?? []).compactMap(\.text)))
    var count = 0
    let limit = ContinuousClock.now + .seconds(seconds)
    while count < maxEvents, ContinuousClock.now < limit, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(500))
      count += try await read(id, from: count, file, client)
    }
    // What is still on its way in other instances comes within their next look.
    let finish = Task {
      _ = try await client.send(.delete, "/admin/recording")
      try await Task.sleep(for: .milliseconds(1_500))
    }
    try await finish.value
    while true {
      let more = try await Task { [count] in try await read(id, from: count, file, client) }.value
      if more == 0 { break }
      count += more
    }
    try file.close()
    let end = try await Task { try await client.send(.get, "/admin/recording/\(id)") }.value
    let dropped = (try? JSONValue(parsing: end))?["dropped"]?.integer ?? 0
    Terminal.note("\(count) invocations" + (dropped > 0 ? ", \(dropped) more could not be kept" : ""))
    return dropped == 0
  }

  private var order: [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.key("functions")
        json.array { json in for function in function { json.value(function) } }
        json.member("seconds", seconds)
        json.member("maxEvents", maxEvents)
        guard !redact.isEmpty else { return }
        json.key("redact")
        json.array { json in for field in redact where field != "none" { json.value(field) } }
      }
    }
  }

  private func read(_ id: String, from start: Int, _ file: LogFile, _ client: AdminClient) async throws -> Int {
    let bytes = try await client.send(.get, "/admin/recording/\(id)/lines?from=\(start)")
    file.write(bytes)
    return bytes.count { $0 == 0x0A }
  }
}
