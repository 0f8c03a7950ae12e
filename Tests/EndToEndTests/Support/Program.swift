import EmbeddedStores
import Glibc

/// The built command.
enum Program {
  /// How a run of it ended.
  struct Outcome: Sendable {
    /// The exit code; nil where a signal ended it.
    var code: Int32?
    /// What it printed.
    var output: String
    /// What it told people.
    var errors: String
  }

  /// Where it is: named by CABSTAND, or beside the tests.
  static let path: String? = {
    let named = text(of: "CABSTAND").map { [Directories.absolute($0)] } ?? []
    let besideTests = [CommandLine.arguments.first ?? "", "/proc/self/exe"].compactMap(folder(of:))
    let package = "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
    let candidates = named + (besideTests + ["/\(package)/.build/debug"]).map { "\($0)/cabstand" }
    return candidates.first { access($0, X_OK) == 0 }
  }()

  /// Whether it was built; says so where it was not.
  static let isThere: Bool = {
    if path == nil { print("skipped: end to end, because the command cabstand is not built beside the tests") }
    return path != nil
  }()

  /// The environment of every child: nothing that a shell happens to have set for the command.
  static let environment: [String: String] = {
    var environment: [String: String] = [:]
    for name in ["PATH", "HOME", "USER", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "CABSTAND_POSTGRES_BIN"] {
      environment[name] = text(of: name)
    }
    return environment
  }()

  /// Starts it; both outputs go to files, and it cannot outlive the tests.
  static func start(
    _ arguments: [String], program: String? = nil, environment: [String: String] = [:], output: String, errors: String
  ) throws -> ChildProcess {
    try start(program ?? path ?? "cabstand", arguments, environment: environment, output: output, errors: errors)
  }

  /// Runs it to its end.
  static func run(_ arguments: [String]) async throws -> Outcome {
    try await run(path ?? "cabstand", arguments)
  }

  /// Runs any program to its end.
  static func run(_ program: String, _ arguments: [String]) async throws -> Outcome {
    let folder = try TestFolder()
    defer { folder.remove() }
    let (output, errors) = ("\(folder.path)/output", "\(folder.path)/errors")
    let child = try start(program, arguments, output: output, errors: errors)
    return await outcome(of: child, output: output, errors: errors)
  }

  /// Waits for the end of a child.
  static func outcome(of child: ChildProcess, output: String, errors: String) async -> Outcome {
    let status = await child.waitForExit(within: .seconds(300))
    if status == nil { await child.stop() }
    var outcome = Outcome(code: nil, output: file(output), errors: file(errors))
    if case .code(let code) = status { outcome.code = code }
    return outcome
  }

  private static func start(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], output: String, errors: String
  ) throws -> ChildProcess {
    // The shell only parts the two outputs; it becomes the program, so the process is the program's own.
    try ChildProcess.start(
      ChildProcess.Configuration(
        executable: "/bin/sh",
        arguments: ["-c", #"errors=$1; shift; exec "$@" 2>>"$errors""#, "sh", errors, program]
          + arguments, environment: Self.environment.merging(environment) { $1 }, outputPath: output))
  }

  private static func file(_ path: String) -> String { Directories.text(of: path, limitBytes: 64 << 20) ?? "" }

  private static func text(of variable: String) -> String? { getenv(variable).map { String(cString: $0) } }

  private static func folder(of file: String) -> String? {
    guard let resolved = realpath(file, nil) else { return nil }
    defer { free(resolved) }
    let path = String(cString: resolved)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }
}
