import ArgumentParser
import FunctionKit
import Logging
import Replay

/// `cabstand functions log-level`: shows or changes the level of a function's log.
struct FunctionsLogLevel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log-level", abstract: "Show or change the level of a function's log while it runs.",
    discussion:
      "The level `default` goes back to what function.yaml says. Exits with 2 where the server does not answer.")

  @Argument(help: "The function's name.") var function: String
  @Argument(help: "trace, debug, info, notice, warning, error, critical or default; none shows it.") var level: String?
  @OptionGroup var server: ServerFlags

  func validate() throws {
    if let level, level != "default", Logger.Level(rawValue: level) == nil {
      throw ValidationError("Unknown log level \(level).")
    }
    try PathName.check(function)
  }

  func run() async throws {
    let path = "/admin/functions/\(function)/log-level"
    let bytes = try await server.withServer { server in
      switch level {
      case nil: try await server.send(.get, path)
      case "default": try await server.send(.delete, path)
      case let level?: try await server.send(.put, path, JSONWriter.bytes { $0.object { $0.member("level", level) } })
      }
    }
    let document = try? JSONValue(parsing: bytes)
    let isOverridden = document?["overridden"] == .bool(true)
    print("\(function) logs at \(document?["level"]?.text ?? "?")\(isOverridden ? "" : ", as its function.yaml says")")
  }
}
