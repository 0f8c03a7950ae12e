import ArgumentParser
import FunctionKit
import Logging
import TriggerRuntime

/// `cabstand invoke`: runs one function in this process on memory bindings.
struct Invoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    _superCommandName: "cabstand",
    abstract: "Run one function in this process on memory bindings.",
    discussion: """
      The event is a CloudEvent in JSON (structured mode), or any other text, which becomes the body. Functions behind a REST route get
      method and path by --method and --path. Prints the answer's body to stdout, status and log to stderr; exits with 1 where the
      function fails. Under a debugger: lldb -- cabstand invoke …
      """)

  @Argument(help: "The function's name, such as location-ping.")
  var function: String
  @Option(help: ArgumentHelp("File with the event; - is stdin. Default: an empty body.", valueName: "file"))
  var event: String?
  @Option(help: "Method of the request that the function sees.")
  var method: String = "POST"
  @Option(help: "Path of the request that the function sees, such as /v1/drivers/cab-7/shift.")
  var path: String?
  @Option(help: "On whose behalf: driver:<id>, rider:<id>, operator:<id> or service:<id>. Default: nobody's.")
  var caller: String?
  @Flag(help: "Print one JSON object with status, headers and body.") var json = false
  @OptionGroup var logs: LogOptions

  func run() async throws {
    var request = InvocationCommand(function: function)
    request.event = event
    request.method = method
    request.path = path
    request.caller = caller
    request.isJSON = json
    try await request.run(try logs.logger("invoke"))
  }
}

/// One invocation as the command line has it.
struct InvocationCommand {
  var function: String
  var event: String?
  var method = "POST"
  var path: String?
  var caller: String?
  var isJSON = false

  init(function: String) {
    self.function = function
  }

  /// Reads the common forms without ArgumentParser, whose reflection takes longer than the invocation.
  /// - Parameter arguments: what follows `invoke`.
  /// - Returns: nil where ArgumentParser has to look: at what is wrong, rare or asks for help.
  init?(plain arguments: ArraySlice<String>) {
    guard let name = arguments.first, !name.hasPrefix("-") else { return nil }
    self.init(function: name)
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      if argument == "--json" {
        isJSON = true
        continue
      }
      guard let value = rest.popFirst(), value == "-" || !value.hasPrefix("-") else { return nil }
      switch argument {
      case "--event": event = value
      case "--method": method = value
      case "--path": path = value
      case "--caller": caller = value
      default: return nil
      }
    }
  }

  /// Invokes and prints.
  func run(_ logger: Logger) async throws {
    let run = try await InvocationRun(logger)
    guard let specification = try run.specification(function) else {
      throw ValidationError(
        "There is no function \(function); there are \(FunctionCatalog.names.joined(separator: ", ")).")
    }
    let caller = try self.caller.map { try CallerText.parse($0) } ?? .anonymous
    let event = try readEvent(specification)
    let response: Response
    do {
      response = try await run.invoke(specification, event, as: caller)
    } catch let error as FunctionError {
      Terminal.note("\(error.status) \(error.code)\(error.field.map { " at \($0)" } ?? ""): \(error.message)")
      throw ExitCode(1)
    }
    try await InvocationPrinter(isJSON: isJSON).show(response)
  }

  private func readEvent(_ specification: FunctionSpecification) throws -> Event {
    var bytes: [UInt8] = []
    if let file = self.event {
      guard let content = TextFile.bytes(at: file == "-" ? "/dev/stdin" : file) else {
        throw ValidationError("The event file \(file) cannot be read.")
      }
      bytes = content
    }
    var event: Event
    if case .object(let members)? = try? JSONValue(parsing: bytes), members["specversion"] != nil {
      event = try CloudEventsJSON.decode(bytes)
    } else {
      event = Event(
        id: "invoke-\(ProcessInformation.id)", source: "/cabstand/invoke", type: "cabstand.http.requested.v1",
        body: bytes)
    }
    if let path {
      let (route, query) = Self.split(path)
      event.request = HTTPRequestInfo(
        method: method.uppercased(), path: route,
        parameters: RouteMatch.parameters(of: route, in: specification) ?? [:], query: query)
    }
    return event
  }

  private static func split(_ path: String) -> (path: String, query: [String: String]) {
    let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var query: [String: String] = [:]
    for pair in parts.count == 2 ? parts[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[String(sides[0])] = sides.count == 2 ? String(sides[1]) : ""
    }
    return (parts[0], query)
  }
}
