import ArgumentParser
import EmbeddedStores
import Glibc

/// `cabstand dev`: serves, rebuilds when a source changes, and swaps the program under the requests.
struct Dev: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve from a checkout; rebuild and swap when a source changes.",
    discussion: """
      What stands after -- goes to serve, for example: cabstand dev -- --port 8071 --state memory. When a file below Sources/, functions/
      or migrations/ changes, the program is built; where that succeeds, the server replaces its workers one by one, as cabstand restart
      does, without dropping a request. Where it fails, the old program goes on.
      """)

  @Option(help: ArgumentHelp("The checkout. Default: the current folder.", valueName: "folder")) var directory: String =
    "."
  @Option(help: "How the program is built.") var buildCommand: String = "swift build --product cabstand"
  @Option(help: ArgumentHelp("The program that is built.", valueName: "file")) var program: String =
    ".build/debug/cabstand"
  @Argument(parsing: .postTerminator, help: "Options of serve.") var serve: [String] = []

  func run() async throws {
    guard access("\(directory)/Package.swift", F_OK) == 0, let root = realpath(directory, nil) else {
      throw ValidationError("\(directory) is no checkout of the sources.")
    }
    defer { free(root) }
    let folder = String(cString: root)
    let stop = StopSignals()
    let command = self
    let task = Task<Void, any Error> { try await command.loop(folder) }
    do { try await stop.cancelling(task) } catch is CancellationError {}
  }

  private func loop(_ folder: String) async throws {
    let watch = SourceWatch(root: folder)
    var seen = watch.fingerprint()
    guard await build(folder) else {
      Terminal.error("the program cannot be built")
      throw ExitCode(1)
    }
    var server = try start(folder)
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(300))
      if Task.isCancelled { break }
      if let status = server.exitStatus {
        Terminal.note("the server ended (\(status)); it begins again when a source changes")
        while !Task.isCancelled, watch.fingerprint() == seen { try? await Task.sleep(for: .milliseconds(300)) }
        if Task.isCancelled { return }
        seen = watch.fingerprint()
        if await build(folder) { server = try start(folder) }
        continue
      }
      let present = watch.fingerprint()
      guard present != seen else { continue }
      // An editor writes several files in a moment.
      try? await Task.sleep(for: .milliseconds(200))
      seen = watch.fingerprint()
      Terminal.note("something changed; building …")
      if await build(folder) {
        server.signal(SIGHUP)
        Terminal.note("swapping")
      } else {
        Terminal.note("the build failed; the old program goes on")
      }
    }
    await server.stop([.init(SIGTERM, patience: .seconds(40))])
  }

  private func start(_ folder: String) throws -> ChildProcess {
    let path = program.hasPrefix("/") ? program : "\(folder)/\(program)"
    return try ChildProcess.start(
      ChildProcess.Configuration(
        executable: path, arguments: ["serve"] + serve, environment: ProcessInformation.environment,
        outputPath: "/dev/stderr", workingDirectory: folder))
  }

  private func build(_ folder: String) async -> Bool {
    let child = try? ChildProcess.start(
      ChildProcess.Configuration(
        executable: "/bin/sh", arguments: ["-c", buildCommand], environment: ProcessInformation.environment,
        outputPath: "/dev/stderr", workingDirectory: folder))
    return await child?.waitForExit() == .code(0)
  }
}
