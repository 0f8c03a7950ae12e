import FunctionKit
import Testing

@testable import TriggerRuntime

/// What a function.yaml may say about versions.
struct VersionsReaderTests {
  private func read(_ spec: String) throws -> FunctionSpecification {
    try SpecificationReader(environment: [:]).read(
      "metadata: {name: settle}\nspec:\n  handler: Settle\n" + spec, file: "settle.yaml")
  }

  @Test func everyField() throws {
    let function = try read(
      """
        version: "1"
        partitionKey: parameter:id
        versions:
          "2":
            handler: SettleBetter
            env: [{name: LIMIT, value: "5"}]
            weight: 12.5
          canary.3:
            url: http://10.0.0.7:9000/v1/events
            mode: structured
            timeout: 2s
        rollout:
          version: "2"
          steps: [1, 10, 100]
          interval: 5m
          minEvents: 500
          window: 2m
          maxFailureExcess: 1.5
          maxLatencyFactor: 2
          maxLatency: 800ms
      """)
    #expect(function.partitionKey == "parameter:id")
    #expect(
      function.versions["2"]
        == VersionSpecification(handler: "SettleBetter", environment: ["LIMIT": "5"], weight: 12.5))
    #expect(
      function.versions["canary.3"]?.remote
        == RemoteVersion(url: "http://10.0.0.7:9000/v1/events", mode: .structured, timeout: .seconds(2)))
    #expect(function.rollout.version == "2" && function.rollout.steps == [1, 10, 100])
    #expect(function.rollout.interval == .seconds(300) && function.rollout.window == .seconds(120))
    #expect(function.rollout.minEvents == 500 && function.rollout.maxFailureExcess == 1.5)
    #expect(function.rollout.maxLatencyFactor == 2 && function.rollout.maxLatency == .milliseconds(800))
  }

  @Test(arguments: [
    ("  versions: {\"1\": {weight: 5}}", "own version"),
    ("  versions: {\"2\": {wieght: 5}}", "weight"),
    ("  versions: {\"2\": {weight: 101}}", "from 0"),
    ("  versions: {\"2\": {weight: 60}, \"3\": {weight: 60}}", "more than 100"),
    ("  versions: {\"a b\": {weight: 6}}", "letters"),
    ("  versions: {\"2\": {url: \"https://x/\"}}", "https"),
    ("  versions: {\"2\": {url: \"http://x/\", mode: batched}}", "binary or structured"),
    ("  versions: {\"2\": {url: \"http://x/\", env: []}}", "URL"),
    ("  versions: {\"2\": {mode: binary}}", "url only"),
    ("  rollout: {version: \"3\"}", "no version 3"),
    ("  versions: {\"2\": {}}\n  rollout: {version: \"2\", steps: [50, 20]}", "more than the one before"),
    ("  rollout: {window: 1ms}", "100ms"),
    ("  partitionKey: colour", "expected subject"),
  ])
  func `what is wrong is told with its line`(_ spec: String, _ message: String) throws {
    do {
      _ = try read(spec)
      Issue.record("\(spec) was taken")
    } catch let error as SpecificationError {
      #expect(error.issues.contains { $0.line >= 4 && $0.message.contains(message) }, "\(error)")
    }
  }

  @Test func `keys are found where they are`() throws {
    var event = Event(id: "e", source: "/s", type: "t")
    let rider = Caller.rider("r")
    #expect(try EventKey(nil).key(of: event, caller: .anonymous) == "e")
    #expect(try EventKey(nil).key(of: event, caller: rider) == "rider:r")
    event.request = HTTPRequestInfo(
      method: "GET", path: "/v1/rides/7", parameters: ["id": "7"], headers: [("x-key", "k")])
    #expect(try EventKey(nil).key(of: event, caller: rider) == "7")
    #expect(try EventKey("parameter:id").key(of: event, caller: rider) == "7")
    #expect(try EventKey("header:X-Key").key(of: event, caller: rider) == "k")
    #expect(try EventKey("caller").key(of: event, caller: rider) == "rider:r")
    event.subject = "s"
    #expect(try EventKey(nil).key(of: event, caller: rider) == "s")
    event.extensions["partitionkey"] = "p"
    #expect(try EventKey(nil).key(of: event, caller: rider) == "p")
    #expect(try EventKey("subject").key(of: event, caller: rider) == "s")
    #expect(throws: SetupError.self) { try EventKey("header:") }
  }
}
