import FunctionKit
import Testing

@testable import TriggerRuntime

struct TriggerRuntimeTests {
  private func specification(_ triggers: String, handler: String = "Test", extra: String = "") throws
    -> FunctionSpecification
  {
    let yaml = """
      metadata: {name: f}
      spec:
        handler: \(handler)
        triggers: {t: \(triggers)}
        \(extra)
      """
    return try SpecificationReader(environment: [:]).read(yaml, file: "f.yaml")
  }

  private func runtime(_ functions: [FunctionSpecification], bindings: [any DataBinding] = []) throws -> TriggerRuntime
  {
    var registry = FunctionRegistry()
    registry.register("Test") { ClosureFunction($0) { event, _ in .json(event.body) } }
    let configuration = HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
    return TriggerRuntime(
      functions: functions, registry: registry, bindings: bindings,
      http: HTTPServer(configuration: configuration, logger: Harness.logger, metrics: PrometheusMetrics()),
      logger: Harness.logger, metrics: PrometheusMetrics())
  }

  @Test(arguments: [
    ("{kind: http}", "ingresses is missing"),
    ("{kind: http, attributes: {ingreses: {}}}", "did you mean ingresses?"),
    ("{kind: http, attributes: {ingresses: {m: {paths: [a]}}}}", "must begin with a slash"),
    ("{kind: http, attributes: {ingresses: {m: {paths: [/a], methods: [FETCH]}}}}", "methods"),
    ("{kind: http, attributes: {ingresses: {m: {paths: [/a, /a]}}}}", "wants POST /a"),
    ("{kind: http, attributes: {mode: soap, ingresses: {m: {paths: [/a]}}}}", "one of rest, cloudevents"),
    ("{kind: cron, attributes: {intervall: 2s}}", "did you mean interval?"),
    ("{kind: cron}", "schedule or interval"),
    ("{kind: cron, attributes: {interval: 2s, schedule: \"* * * * *\"}}", "not both"),
    ("{kind: cron, attributes: {schedule: \"* * *\"}}", "five fields"),
    ("{kind: cron, attributes: {schedule: \"* * * * *\", timeZone: Mars/Base}}", "time zone"),
    ("{kind: redis-stream, attributes: {topic: x}}", "no streams"),
    ("{kind: redis-stream, attributes: {topik: x}}", "did you mean topic?"),
    ("{kind: postgres}", "no outbox"), ("{kind: postgres, attributes: {table: rides}}", "one of outbox"),
    ("{kind: postgres, attributes: {pollIntervall: 1s}}", "did you mean pollInterval?"),
    ("{kind: file}", "folder or feed"), ("{kind: file, attributes: {folder: a, feed: b}}", "not both"),
    ("{kind: file, attributes: {folder: a, after: burn}}", "one of move, remember"),
    ("{kind: file, attributes: {foldr: a}}", "did you mean folder?"),
    ("{kind: simulator}", "event or feed"), ("{kind: simulator, attributes: {event: {type: t}}}", "rate is missing"),
    ("{kind: simulator, attributes: {rate: 0, event: {type: t}}}", "a number from"),
    ("{kind: simulator, attributes: {rate: 1, event: {typ: t}}}", "did you mean type?"),
    ("{kind: cron, attributes: {interval: 1s, missed: twice}}", "one of skip, once, all"),
    ("{kind: cron, delivery: effectivelyOnce, attributes: {interval: 1s}}", "a cron trigger knows atMostOnce"),
    ("{kind: file, retry: patiemt, attributes: {folder: a}}", "did you mean patient?"),
    ("{kind: file, delivery: effectivelyOnce, attributes: {folder: a}}", "nothing to remember handled events"),
  ])
  func refusesTriggersAtStart(trigger: String, message: String) async throws {
    let runtime = try runtime([specification(trigger)])
    let error = await #expect(throws: SetupError.self) { try await runtime.prepare() }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    // Conflicts of routes alone are no fault of one place.
    if !message.contains("wants POST"), !message.contains("slash") {
      #expect(error?.description.hasPrefix("f.yaml:") == true, "\(String(describing: error))")
    }
  }

  @Test func refusesUnknownHandlersAndDuplicateNames() async throws {
    let unknown = try runtime([specification("{kind: cron, attributes: {interval: 1s}}", handler: "Tset")])
    let error = await #expect(throws: SetupError.self) { try await unknown.prepare() }
    #expect(error?.description.contains("did you mean Test?") == true)
    let one = try specification("{kind: cron, attributes: {interval: 1s}}")
    let twice = try runtime([one, one])
    await #expect(throws: SetupError.self) { try await twice.prepare() }
  }

  @Test func conflictsBetweenFunctionsNameBoth() async throws {
    var first = try specification("{kind: http, attributes: {ingresses: {m: {paths: [\"/v1/{id}\"]}}}}")
    var second = try specification("{kind: http, attributes: {ingresses: {m: {paths: [\"/v1/{name}\"]}}}}")
    first.name = "first"
    second.name = "second"
    let runtime = try runtime([first, second])
    let error = await #expect(throws: SetupError.self) { try await runtime.prepare() }
    #expect(error?.description.contains("second") == true)
    #expect(error?.description.contains("first") == true)
  }

  private struct CountingBinding: DataBinding {
    let bindingClass = "memory"
    let opened: Watched<[String]>
    func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
      opened.change { $0.append(name) }
      return specification.url ?? "own"
    }
  }

  @Test func opensEveryDistinctBindingOnce() async throws {
    let opened = Watched<[String]>([])
    var first = try specification(
      "{kind: cron, attributes: {interval: 1s}}",
      extra: "dataBindings: {a: {class: memory}, b: {class: memory}, c: {class: memory, url: u}}")
    first.name = "first"
    var second = first
    second.name = "second"
    let runtime = try runtime([first, second], bindings: [CountingBinding(opened: opened)])
    try await runtime.prepare()
    #expect(opened.value == ["a", "c"])
    first.dataBindings["a"]?.bindingClass = "memry"
    let other = try self.runtime([first], bindings: [CountingBinding(opened: opened)])
    let error = await #expect(throws: SetupError.self) { try await other.prepare() }
    #expect(error?.description.contains("did you mean memory?") == true)
  }

  @Test func invokesByName() async throws {
    let runtime = try runtime([specification("{kind: cron, attributes: {interval: 1s}}")])
    await #expect(throws: InvocationError.unknownFunction) {
      try await runtime.invoke(function: "f", Event(id: "1", source: "/t", type: "t"))
    }
    try await runtime.prepare()
    let response = try await runtime.invoke(function: "f", Event(id: "1", source: "/t", type: "t", body: [1, 2]))
    guard case .bytes([1, 2]) = response.body else {
      Issue.record("another body: \(response.body)")
      return
    }
    await #expect(throws: InvocationError.unknownFunction) {
      try await runtime.invoke(function: "g", Event(id: "1", source: "/t", type: "t"))
    }
  }

  @Test func readinessTellsTheTruth() async throws {
    let runtime = try Harness(Harness.httpFunction()).makeRuntime { event, _ in .json(event.body) }
    #expect(await runtime.readiness().troubles == ["runtime: starting"])
    let trouble = Watched<String?>(nil)
    runtime.addReadinessCheck("store") { trouble.value }
    try await Harness.run(runtime) { running in
      #expect(await running.runtime.readiness().isGood)
      trouble.change { $0 = "is away" }
      #expect(await running.runtime.readiness().troubles == ["store: is away"])
      #expect(running.runtime.liveness().isGood)
    }
    #expect(await runtime.readiness().troubles.contains("runtime: stopping"))
  }
}
