import FunctionKit
import Testing

@testable import TriggerRuntime

struct SpecificationReaderTests {
  private func read(
    _ yaml: String, environment: [String: String] = [:], files: [String: String] = [:]
  ) throws -> FunctionSpecification {
    struct NoFile: Error {}
    let reader = SpecificationReader(environment: environment) { path in
      guard let text = files[path] else { throw NoFile() }
      return text
    }
    return try reader.read(yaml, file: "functions/x/function.yaml")
  }

  private func issues(_ yaml: String) -> [SpecificationError.Issue] {
    do {
      _ = try read(yaml)
      return []
    } catch let error as SpecificationError {
      return error.issues
    } catch {
      Issue.record("unexpected \(error)")
      return []
    }
  }

  @Test func readsEveryField() throws {
    let specification = try read(
      """
      apiVersion: nuclio.io/v1
      kind: NuclioFunction
      metadata:
        name: match-riders
        namespace: cabstand
        labels: {team: dispatch}
        annotations: {note: "x"}
      spec:
        description: Assigns drivers to riders.
        handler: MatchRiders
        runtime: swift
        version: 7
        alias: latest
        disable: false
        eventTimeout: 1m30s
        minReplicas: 1
        maxReplicas: 4
        resources: {limits: {cpu: 1}}
        env:
          - {name: HORIZON, value: "30"}
          - {name: TOKEN, valueFrom: {env: MATCH_TOKEN}}
          - {name: KEY, valueFrom: {file: /secrets/key}}
        loggerSinks: [{level: warn, sink: stdout}]
        dataBindings:
          fleet: {class: redis, url: {valueFrom: {env: REDIS}}, attributes: {region: sf}}
          rides: {kind: auto}
        triggers:
          every:
            kind: cron
            numWorkers: 3
            workerAvailabilityTimeoutMilliseconds: 0
            workerTerminationTimeout: 500ms
            batch: {mode: enable, batchSize: 20, timeout: 250ms}
            attributes:
              interval: 2s
              event: {body: "{}", headers: {a: b}}
          off: {kind: http, disabled: true}
      """, environment: ["MATCH_TOKEN": "t", "REDIS": "redis://r"], files: ["/secrets/key": "k"])
    #expect(specification.name == "match-riders")
    #expect(specification.labels == ["team": "dispatch"])
    #expect(specification.handler == "MatchRiders")
    #expect(specification.version == "7")
    #expect(specification.eventTimeout == .seconds(90))
    #expect(specification.environment == ["HORIZON": "30", "TOKEN": "t", "KEY": "k"])
    #expect(specification.loggerSinks == [LoggerSink(level: "warning", sink: "stdout")])
    #expect(
      specification.dataBindings["fleet"]
        == DataBindingSpecification(bindingClass: "redis", url: "redis://r", attributes: ["region": "sf"]))
    #expect(specification.dataBindings["rides"]?.bindingClass == "auto")
    let trigger = try #require(specification.triggers["every"])
    #expect(trigger.numWorkers == 3)
    #expect(trigger.workerAvailabilityTimeout == .zero)
    #expect(trigger.workerTerminationTimeout == .milliseconds(500))
    #expect(trigger.batch == BatchSpecification(batchSize: 20, timeout: .milliseconds(250)))
    #expect(
      trigger.attributes["event"]
        == .map(["body": .scalar("{}"), "headers": .map(["a": .scalar("b")])]))
    #expect(specification.triggers["off"]?.isDisabled == true)
  }

  @Test func namesLineColumnAndWhatWasMeant() throws {
    let found = issues(
      """
      kind: NuclioFunction
      metadata: {name: x}
      spec:
        handler: X
        eventTimout: 20s
        triggers:
          web:
            kind: http
            numWorker: 4
      """)
    #expect(found.count == 2)
    #expect(found.first?.line == 5)
    #expect(found.first?.column == 3)
    #expect(found.first?.field == "spec.eventTimout")
    #expect(found.first?.message.contains("did you mean eventTimeout?") == true)
    #expect(found.last?.line == 9)
    #expect(found.last?.field == "spec.triggers.web.numWorker")
    #expect(found.last?.message.contains("did you mean numWorkers?") == true)
  }

  @Test func describesItselfWithTheFile() {
    let error = #expect(throws: SpecificationError.self) {
      try read("kind: NuclioFunction\nmetadata: {name: x}\nspec: {handler: X, eventTimeout: soon}")
    }
    #expect(error?.description.hasPrefix("functions/x/function.yaml:3:") == true)
    #expect(error?.description.contains("\"500ms\"") == true)
  }

  @Test(arguments: [
    ("", "empty"), ("a: [1", "not YAML"), ("kind: NuclioFunction", "metadata.name is missing"),
    ("metadata: {name: x}", "spec is missing"), ("metadata: {name: x}\nspec: {}", "handler is missing"),
    ("metadata: {name: X}\nspec: {handler: X}", "lower-case"),
    ("kind: Deployment\nmetadata: {name: x}\nspec: {handler: X}", "NuclioFunction"),
    ("metadata: {name: x}\nspec: {handler: X, handler: Y}", "twice"),
    ("metadata: {name: x}\nspec: {handler: X, eventTimeout: 0s}", "above zero"),
    ("metadata: {name: x}\nspec: {handler: X, disable: maybe}", "true or false"),
    ("metadata: {name: x}\nspec: {handler: X, triggers: {t: {numWorkers: 2}}}", "kind is missing"),
    ("metadata: {name: x}\nspec: {handler: X, triggers: {t: {kind: cron, numWorkers: 0}}}", "from 1 to"),
    ("metadata: {name: x}\nspec: {handler: X, triggers: {t: {kind: cron, username: u}}}", "not supported"),
    ("metadata: {name: x}\nspec: {handler: X, dataBindings: {b: {url: u}}}", "class is missing"),
    ("metadata: {name: x}\nspec: {handler: X, dataBindings: {b: {class: a, kind: b}}}", "either class or kind"),
    ("metadata: {name: x}\nspec: {handler: X, env: [{name: A}]}", "value or valueFrom"),
    ("metadata: {name: x}\nspec: {handler: X, env: [{name: A, valueFrom: {env: NOPE}}]}", "no variable NOPE"),
    ("metadata: {name: x}\nspec: {handler: X, env: [{name: A, value: b}, {name: A, value: c}]}", "twice"),
    ("metadata: {name: x}\nspec: {handler: X, loggerSinks: [{level: loud}]}", "expected one of"),
    ("metadata: {name: x}\nspec: [1]", "expected a map"),
  ])
  func refuses(yaml: String, message: String) {
    let found = issues(yaml)
    #expect(found.contains { $0.message.contains(message) }, "\(found)")
    #expect(found.allSatisfy { $0.line >= 1 && $0.column >= 1 })
  }

  @Test(arguments: [
    ("20s", Duration.seconds(20)), ("500ms", .milliseconds(500)), ("1m30s", .seconds(90)), ("1.5h", .seconds(5_400)),
    ("0", .zero), ("10us", .microseconds(10)),
  ])
  func readsDurations(text: String, expected: Duration) {
    #expect(DurationText.parse(text) == expected)
  }

  @Test(arguments: ["", "20", "s", "-5s", "5 s", "1e9s", "99999999h", "5x", "١s", "1..5s"])
  func refusesDurations(text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test func readsASecretFromAFile() throws {
    #expect(throws: TextFile.ReadError.self) { try TextFile.read("/nowhere/at/all") }
  }
}
