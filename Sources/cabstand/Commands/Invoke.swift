import ArgumentParser
import DispatchCore
import DispatchState
import FunctionKit
import Logging
import TriggerRuntime

/// `cabstand invoke`: runs one function in this process on memory bindings.
struct Invoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run one function in this process on memory bindings.",
    discussion: """
      The event is a CloudEvent in JSON (structured mode), or any other text, which becomes the body. Functions behind a REST route get
      method and path by --method and --path. Prints the answer's body to stdout, status and log to stderr; exits with 1 where the
      function fails.
      """)

  @Argument(help: "The function's name, such as location-ping.")
  var function: String
  @Option(help: ArgumentHelp("File with the event; - is stdin. Default: an empty body.", valueName: "file"))
  var event: String?
  @Option(help: "Method of the request that the function sees.")
  var method: String = "POST"
  @Option(help: "Path of the request that the function sees, such as /v1/drivers/cab-7/shift.")
  var path: String?
  @Flag(help: "Print one JSON object with status, headers and body.") var json = false
  @OptionGroup var logs: LogOptions

  func run() async throws {
    let logger = try logs.logger("invoke")
    let reader = SpecificationReader(environment: ProcessInformation.environment)
    let specifications = try FunctionCatalog.specifications(overriddenBy: nil).map {
      try reader.read($0.text, file: $0.file)
    }
    guard let specification = specifications.first(where: { $0.name == function }) else {
      let known = specifications.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no function \(function); there are \(known).")
    }
    let event = try readEvent(specification)
    let runtime = try await runtime(specification, logger)
    let response: Response
    do {
      response = try await runtime.invoke(function: function, event)
    } catch let error as FunctionError {
      Terminal.note("\(error.status) \(error.code)\(error.field.map { " at \($0)" } ?? ""): \(error.message)")
      throw ExitCode(1)
    }
    try await InvocationPrinter(isJSON: json).show(response)
  }

  private func runtime(_ specification: FunctionSpecification, _ logger: Logger) async throws -> TriggerRuntime {
    let stores = StoreSet.memory()
    let configuration = DispatchConfiguration()
    for region in configuration.regions.regions {
      for vehicleClass in VehicleClass.allCases {
        try await stores.record.add(.standard(region: region.id, vehicleClass: vehicleClass))
      }
    }
    let follower = FleetFollower(
      fleet: stores.fleet, drivers: stores.record, regions: configuration.regions.regions.map(\.id))
    let runtime = TriggerRuntime(
      functions: [specification], registry: FunctionCatalog.registry(),
      bindings: Bindings.all(stores, follower: follower, configuration: configuration),
      stores: stores.triggers, logger: logger)
    try await runtime.prepare()
    return runtime
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
