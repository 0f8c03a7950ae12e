import ArgumentParser
import Dispatch
import Replay

/// `cabstand replay`: plays a city day over HTTP against a running server, or one that it starts.
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play a recorded or generated city day over HTTP.",
    discussion: """
      Simulated drivers and riders use the same HTTP interface as the apps. Without --url it starts a server of its own, on fresh
      stores in a temporary folder, and stops it at the end. The server's clock runs at the same speed as the city; a server that was
      started without --clock adjustable plays at real time.
      Progress goes to stderr, the report to stdout.
      """)

  @OptionGroup var flags: ReplayFlags
  @Option(help: "The server to play against, such as http://127.0.0.1:8070. Default: start one.")
  var url: String?
  @Option(help: "Port of the server that is started; 0 takes a free one.")
  var port: Int = 0
  @Option(help: "Where the started server keeps its state: stores or memory.")
  var state: ServeOptions.StateKind = .stores
  @Option(
    name: .customLong("data-dir"),
    help: "Folder of the started server's stores. Default: a temporary one, removed at the end.")
  var dataDirectory: String?
  @Flag(help: "Go on serving after the report, until Ctrl-C.")
  var keepServing = false
  @Flag(help: "Print the report as one JSON object.")
  var json = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    if keepServing, url != nil { throw ValidationError("--keep-serving is for a server that this command starts.") }
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
    if let url, ServerAddress(url) == nil {
      throw ValidationError("--url must be http://host:port or unix:/path, found \(url).")
    }
  }

  func run() async throws {
    let stop = StopSignals()
    if let url, let address = ServerAddress(url) {
      _ = try await play(against: address, stop)
      return
    }
    let server = try await OwnServer.start(port: port, state: state, dataDirectory: dataDirectory)
    do {
      if !quiet { Terminal.note("serving on \(server.address), state in \(server.stateDescription)") }
      let isWhole = try await play(against: server.address, stop)
      if keepServing, isWhole {
        Terminal.note("the city is over; serving on \(server.address) until Ctrl-C, for example:")
        Terminal.note("  curl '\(server.address)/v1/zones/load?resolution=8'")
        Terminal.note("  curl '\(server.address)/v1/rides?state=settled&limit=3'")
        await stop.wait(orUntil: server)
      }
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  private func play(against address: ServerAddress, _ stop: StopSignals) async throws -> Bool {
    if flags.speed == .max { return try await playPings(against: address, stop) }
    let flags = flags
    let scenario = try await Self.blocking { try flags.scenario() }
    if !quiet { for note in scenario.notes { Terminal.note(note) } }
    var options = ReplayOptions(server: address)
    if case .rate(let rate) = flags.speed { options.speed = rate }
    options.world = flags.day.world(declineShare: flags.day.declines)
    let session = ReplaySession(scenario: scenario, options: options)
    let printer = quiet ? nil : ProgressPrinter()
    let task = Task { try await session.play { printer?.show($0) } }
    let report = try await stop.cancelling(task)
    printer?.finish()
    Terminal.result(json ? report.json : report.table)
    return !report.interrupted
  }

  private func playPings(against address: ServerAddress, _ stop: StopSignals) async throws -> Bool {
    let path = flags.day.pings ?? ""
    let file = try await Self.blocking { try PingFile.read(path: path) }
    let options = PingPlayerOptions(
      server: address, connections: flags.connections, batch: flags.batch, shuffleSeed: flags.shuffle,
      duplicateShare: flags.duplicates)
    let player = PingPlayer(file: file, options: options)
    let printer = quiet ? nil : ProgressPrinter()
    let task = Task { try await player.play { printer?.show($0) } }
    let report = try await stop.cancelling(task)
    printer?.finish()
    Terminal.result(json ? report.json : report.table)
    return !report.interrupted
  }

  /// Runs something that blocks on a thread of its own.
  private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
  }
}
