import CAllocations
import FunctionKit
import Glibc
import Logging
import TriggerRuntime

/// A function that does nothing, so that what is measured is the runtime.
struct Nothing: Function {
  static var isBrief: Bool { true }
  init(_ setup: FunctionSetup) throws {}

  func handle(_ event: Event, _ context: Context) async throws -> Response {
    // Below the level: must cost nothing.
    context.logger.debug("\(event.id) of \(event.type)", metadata: ["body": "\(event.body.count)"])
    return .noContent
  }
}

/// An actor that does nothing, the reference for a hop.
actor Hop {
  var count = 0
  func step() { count &+= 1 }
}

/// Measures what the runtime adds to one in-process event.
@main
struct RuntimeBenchmark {
  struct Measurement {
    var name: String
    var p50Nanoseconds: Double
    var p99Nanoseconds: Double
    var perSecond: Double
    var allocations: Double
  }

  static let event = Event(id: "1", source: "/bench", type: "cabstand.bench.called.v1", body: Array("{}".utf8))
  static let count = 200_000
  /// How many allocations an event may cost: `--check` fails beyond. None, but for what the process does beside.
  static let allocationBudget = 0.01

  /// Waits on the main thread: an asynchronous `main` would leave it to the system's queues, under which Valgrind falls.
  static func main() {
    Task.detached {
      do {
        try await run()
        exit(0)
      } catch {
        print("\(error)")
        exit(1)
      }
    }
    while true { pause() }
  }

  static func run() async throws {
    let rows = CommandLine.arguments.contains("--rows")
    if let option = CommandLine.arguments.firstIndex(of: "--serve") {
      // For a load generator, until it is killed.
      let port = CommandLine.arguments.dropFirst(option + 1).first.flatMap { Int($0) } ?? 8_099
      let server = HTTPServer(
        configuration: HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: port)),
        logger: Logger(label: "bench"), metrics: PrometheusMetrics())
      try await makeRuntime(server).run()
      return
    }
    let runtime = try await makeRuntime()
    try await runtime.prepare()
    if CommandLine.arguments.contains("--check") {
      let invoke = await measure("invocation") { _ = try? await runtime.invoke(function: "nothing", event) }
      print("\(number(invoke.allocations, "")) allocations an event, \(allocationBudget) at most")
      guard invoke.allocations <= allocationBudget else { exit(1) }
      return
    }
    if let option = CommandLine.arguments.firstIndex(of: "--events") {
      // For a counter of instructions: what so many events cost beside the start.
      let count = CommandLine.arguments.dropFirst(option + 1).first.flatMap { Int($0) } ?? 0
      for _ in 0..<count { _ = try? await runtime.invoke(function: "nothing", event) }
      return
    }
    if CommandLine.arguments.contains("--profile") {
      for _ in 0..<10 {
        _ = await measure("invocation") { _ = try? await runtime.invoke(function: "nothing", event) }
      }
      return
    }
    let function = try Nothing(
      FunctionSetup(name: "nothing", bindings: [:], clock: AdjustableClock(), logger: Logger(label: "bench")))
    let context = Context(
      functionName: "nothing", logger: Logger(label: "bench"), deadline: .now + .seconds(60), clock: AdjustableClock())
    let call = await measure("async function call") { _ = try? await function.handle(event, context) }
    let logger = FunctionLogs(level: .info).logger("bench")
    let line = await measure("a line below the log's level") {
      logger.debug("\(event.id) of \(event.type)", metadata: ["body": "\(event.body.count)"])
    }
    let actor = Hop()
    let hop = await measure("hop to an actor and back") { await actor.step() }
    let task = await measure("a task of its own") { await Task.detached {}.value }
    let invoke = await measure("invocation by name, one after the other") {
      _ = try? await runtime.invoke(function: "nothing", event)
    }
    let child = await measure("a child task") {
      async let child: Void = nothing()
      await child
    }
    let many = await concurrent("invocations by name, 64 at once", runtime)
    if rows {
      for (way, measurement) in [("invocation", invoke)] {
        for reference in [call, task] {
          print(row("\(way): p50", measurement.p50Nanoseconds, "ns", reference.name, reference.p50Nanoseconds))
          print(row("\(way): p99", measurement.p99Nanoseconds, "ns", reference.name, reference.p99Nanoseconds))
          print(row("\(way): events a second", measurement.perSecond, "/s", reference.name, reference.perSecond))
          print(row("\(way): allocations an event", measurement.allocations, "", reference.name, reference.allocations))
        }
      }
      print(row("a line below the level: allocations", line.allocations, "", call.name, call.allocations))
      print(row("64 invocations at once: events a second", many.perSecond, "/s", hop.name, hop.perSecond))
    } else {
      for measurement in [call, line, hop, task, child, invoke, many] { print(text(measurement)) }
    }
  }

  @concurrent static func nothing() async {}

  static func makeRuntime(_ server: HTTPServer? = nil) async throws -> TriggerRuntime {
    let yaml = """
      kind: NuclioFunction
      metadata: {name: nothing}
      spec:
        handler: Nothing
        triggers: {tick: {kind: http, numWorkers: 64, attributes: {ingresses: {a: {paths: [/a]}}}}}
      """
    var registry = FunctionRegistry()
    registry.register(Nothing.self, as: "Nothing")
    var configuration = RuntimeConfiguration()
    configuration.logs = FunctionLogs(level: .info)
    return TriggerRuntime(
      functions: [try SpecificationReader(environment: [:]).read(yaml, file: "function.yaml")], registry: registry,
      http: server, configuration: configuration, logger: Logger(label: "bench"), metrics: PrometheusMetrics())
  }

  /// Measures one at a time, each by the clock, after a warm-up.
  static func measure(_ name: String, _ body: @Sendable () async -> Void) async -> Measurement {
    for _ in 0..<10_000 { await body() }
    var times = [Int64](repeating: 0, count: count)
    let before = allocation_count()
    let start = ContinuousClock.now
    for _ in 0..<count { await body() }
    let whole = nanoseconds(since: start)
    let allocations = Double(allocation_count() - before) / Double(count)
    for index in 0..<count {
      let start = ContinuousClock.now
      await body()
      times[index] = nanoseconds(since: start)
    }
    // What reading the clock itself takes is no part of it.
    var clock = [Int64](repeating: 0, count: 10_000)
    for index in clock.indices { clock[index] = nanoseconds(since: ContinuousClock.now) }
    clock.sort()
    times.sort()
    let cost = clock[clock.count / 2]
    return Measurement(
      name: name, p50Nanoseconds: Double(max(0, times[count / 2] - cost)),
      p99Nanoseconds: Double(max(0, times[count * 99 / 100] - cost)),
      perSecond: Double(count) / (Double(whole) / 1e9), allocations: allocations)
  }

  /// Measures many callers at once.
  static func concurrent(_ name: String, _ runtime: TriggerRuntime) async -> Measurement {
    let before = allocation_count()
    let start = ContinuousClock.now
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask {
          for _ in 0..<(count / 64) { _ = try? await runtime.invoke(function: "nothing", event) }
        }
      }
    }
    let whole = nanoseconds(since: start)
    return Measurement(
      name: name, p50Nanoseconds: .nan, p99Nanoseconds: .nan,
      perSecond: Double(count / 64 * 64) / (Double(whole) / 1e9),
      allocations: Double(allocation_count() - before) / Double(count))
  }

  static func nanoseconds(since start: ContinuousClock.Instant) -> Int64 {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  static func row(_ what: String, _ ours: Double, _ unit: String, _ name: String, _ theirs: Double) -> String {
    let ratio = theirs > 0 ? "\((ours / theirs * 100).rounded() / 100)" : "-"
    return "\(what)\t\(number(ours, unit))\t\(name)\t\(number(theirs, unit))\t\(ratio)"
  }

  static func number(_ value: Double, _ unit: String) -> String {
    guard value.isFinite else { return "-" }
    let text = unit.isEmpty ? "\((value * 100).rounded() / 100)" : "\(Int(value.rounded()))"
    return unit.isEmpty ? text : "\(text) \(unit)"
  }

  static func text(_ measurement: Measurement) -> String {
    "\(measurement.name): p50 \(number(measurement.p50Nanoseconds, "ns")), p99 \(number(measurement.p99Nanoseconds, "ns")), "
      + "\(number(measurement.perSecond, "/s")), \(number(measurement.allocations, "")) allocations"
  }
}
