import ArgumentParser
import FunctionKit
import Replay

/// `cabstand functions list`: every function and how its traffic is shared.
struct FunctionsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the functions of a running server with their versions and weights.")

  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let bytes = try await server.withServer { try await $0.send(.get, "/admin/functions") }
    if json { return Terminal.result(String(decoding: bytes, as: UTF8.self)) }
    let functions = (try? JSONValue(parsing: bytes))?["functions"]?.elements ?? []
    Terminal.result(FunctionsTable.list(functions))
  }
}

/// `cabstand functions show`: one function's versions.
struct FunctionsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the versions of a function: weight, events, failures, latency, changes.")

  @Argument(help: "The function's name.") var function: String
  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws { try PathName.check(function) }

  func run() async throws {
    let bytes = try await server.withServer { try await $0.send(.get, "/admin/functions/\(function)/versions") }
    FunctionsTable.show(bytes, json: json)
  }
}

/// `cabstand functions weight`: gives a version a share of the traffic.
struct FunctionsWeight: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weight", abstract: "Give a version of a function a share of the traffic, on all instances.",
    discussion: """
      The share comes from the stable version, or goes back to it; what has the same key stays where it is unless its version gives way.
      With --remote the version lives at a URL that speaks CloudEvents and need not stand in function.yaml.
      """)

  @Argument(help: "The function's name.") var function: String
  @Argument(help: "The version.") var version: String
  @Argument(help: "Its share, in percent.") var percent: Double
  @Option(help: ArgumentHelp("Where the version lives, http://host:port/path.", valueName: "url")) var remote: String?
  @Option(help: "With --remote, how events travel: binary or structured.") var mode: String?
  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    try PathName.check(function)
    try PathName.check(version)
    guard (0...100).contains(percent) else { throw ValidationError("The share must be from 0 to 100.") }
  }

  func run() async throws {
    let body = JSONWriter.bytes { json in
      json.object { json in
        json.member("weight", percent)
        if let remote { json.member("url", remote) }
        if let mode { json.member("mode", mode) }
      }
    }
    let bytes = try await server.withServer {
      try await $0.send(.put, "/admin/functions/\(function)/versions/\(version)", body)
    }
    FunctionsTable.show(bytes, json: json)
  }
}

/// `cabstand functions promote`: makes a version the stable one.
struct FunctionsPromote: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Give a version of a function all traffic: it is the stable one from now on.")

  @Argument(help: "The function's name.") var function: String
  @Argument(help: "The version.") var version: String
  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    try PathName.check(function)
    try PathName.check(version)
  }

  func run() async throws {
    let bytes = try await server.withServer {
      try await $0.send(.post, "/admin/functions/\(function)/versions/\(version)/promote")
    }
    FunctionsTable.show(bytes, json: json)
  }
}

/// `cabstand functions rollback`: back to the stable version, or to the one before.
struct FunctionsRollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Take the traffic from a function's other versions; where none has any, go back to the stable one before."
  )

  @Argument(help: "The function's name.") var function: String
  @Option(help: "Why, for whoever looks later.") var reason: String?
  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws { try PathName.check(function) }

  func run() async throws {
    let body = reason.map { reason in JSONWriter.bytes { $0.object { $0.member("reason", reason) } } }
    let bytes = try await server.withServer {
      try await $0.send(.post, "/admin/functions/\(function)/rollback", body)
    }
    FunctionsTable.show(bytes, json: json)
  }
}
