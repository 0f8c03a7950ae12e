import Foundation
import FunctionKit
import NetflowBindings
import NetflowFunctions
import Synchronization
import Testing
import TriggerRuntime

/// Keeps what was published.
final class Alerts: EventPublisher, DataBinding {
  private let events = Mutex<[Event]>([])
  var bindingClass: String { "alerts" }
  var all: [Event] { events.withLock { $0 } }

  func publish(_ events: [Event], to topic: String) async throws { self.events.withLock { $0 += events } }

  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable { self }
}

/// Functions of another trade on the same runtime.
struct NetflowTests {
  private static let begin: Int64 = 1_700_006_400  // an hour begins
  private static let capacity: Int64 = 1_000_000_000

  private func host(
    _ alerts: Alerts, _ clock: ManualClock, rates: RatesBinding = RatesBinding(redis: nil)
  ) async throws -> FunctionHost {
    var registry = FunctionRegistry()
    registry.register(CollectFlows.self, as: "CollectFlows")
    registry.register(PredictOverload.self, as: "PredictOverload")
    var configuration = FunctionHost.Configuration()
    configuration.bindings = [alerts, rates]
    configuration.clock = clock
    let host = try FunctionHost(
      functions: [
        ("collect-flows.yaml", String(decoding: CollectFlows.specification, as: UTF8.self)),
        ("predict-overload.yaml", String(decoding: PredictOverload.specification, as: UTF8.self)),
      ], registry: registry, configuration: configuration)
    try await host.prepare()
    return host
  }

  /// Sends a minute of a device.
  private func send(_ host: FunctionHost, _ minute: Int, bitsPerSecond: Double, device: String = "edge-1") async throws
  {
    let record = FlowRecord(
      device: device, bytes: Int64(bitsPerSecond * 60 / 8), endSeconds: Self.begin + Int64(minute) * 60 + 30,
      capacityBitsPerSecond: Self.capacity)
    let event = Event(
      id: "\(device)-\(minute)", source: "/router", type: "netflow.flows.exported.v1", subject: device,
      body: Array(try JSONEncoder().encode([record])))
    let response = try await host.invoke(function: "collect-flows", event)
    #expect(response.status == 202)
  }

  private func tick(_ host: FunctionHost) async throws {
    _ = try await host.invoke(function: "predict-overload", Event(id: "tick", source: "/cron", type: "t"))
  }

  private func clock(_ minute: Int) -> ManualClock {
    ManualClock(now: EventTime(unixMilliseconds: (Self.begin + Int64(minute) * 60) * 1_000))
  }

  @Test func `a rate that a device never had is told, once`() async throws {
    let alerts = Alerts()
    let host = try await host(alerts, clock(0))
    for minute in 0..<50 {
      try await send(host, minute, bitsPerSecond: minute == 45 ? 9e8 : 1e8 + Double(minute % 3) * 1e6)
    }
    let unusual = alerts.all.filter { $0.type == "netflow.rate.unusual.v1" }
    #expect(unusual.map(\.id) == ["edge-1-\(Self.begin / 60 + 45)"])
    #expect(unusual.first?.subject == "edge-1")
    #expect(
      unusual.first.map { String(decoding: $0.body, as: UTF8.self) }?.contains("\"bitsPerSecond\":900000000.0") == true)
  }

  @Test func `an overload is predicted before it comes`() async throws {
    let alerts = Alerts()
    let host = try await host(alerts, clock(30))
    for minute in 0..<30 { try await send(host, minute, bitsPerSecond: 4e8 + Double(minute) * 1e7) }
    for minute in 0..<30 { try await send(host, minute, bitsPerSecond: 4e8, device: "edge-2") }
    try await tick(host)
    try await tick(host)
    let overloads = alerts.all.filter { $0.type == "netflow.overload.predicted.v1" }
    #expect(Set(overloads.map(\.subject)) == ["edge-1"])
    // Whoever gets it twice can tell by its id.
    #expect(Set(overloads.map(\.id)).count == 1)
  }

  @Test func `a burst alone predicts nothing`() async throws {
    let alerts = Alerts()
    let host = try await host(alerts, clock(30))
    for minute in 0..<30 { try await send(host, minute, bitsPerSecond: minute == 29 ? 9.9e8 : 3e8) }
    try await tick(host)
    #expect(alerts.all.filter { $0.type == "netflow.overload.predicted.v1" }.isEmpty)
  }

  @Test func `a forecast is there for who asks`() async throws {
    let host = try await host(Alerts(), clock(30))
    for minute in 0..<30 { try await send(host, minute, bitsPerSecond: 2e8) }
    var event = Event(id: "1", source: "/t", type: "t")
    event.request = HTTPRequestInfo(
      method: "GET", path: "/v1/devices/edge-1/forecast", parameters: ["device": "edge-1"])
    let response = try await host.invoke(function: "predict-overload", event)
    guard case .bytes(let bytes) = response.body else {
      Issue.record("no body")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).contains("\"peakBitsPerSecond\":200000000.0"))
    event.request?.parameters["device"] = "nobody"
    await #expect(throws: FunctionError.self) { try await host.invoke(function: "predict-overload", event) }
  }

  @Test(.enabled(if: PrivateRedis.program != nil))
  func `instances share what they know in Redis`() async throws {
    let redis = try PrivateRedis()
    defer { redis.stop() }
    let (first, second) = (RatesBinding(redis: redis.url), RatesBinding(redis: redis.url))
    let alerts = Alerts()
    let hosts = [try await host(alerts, clock(30), rates: first), try await host(alerts, clock(30), rates: second)]
    // Half of each minute goes to each of them.
    for minute in 0..<30 {
      for host in hosts { try await send(host, minute, bitsPerSecond: 2e8 + Double(minute) * 5e6) }
    }
    var event = Event(id: "1", source: "/t", type: "t")
    event.request = HTTPRequestInfo(
      method: "GET", path: "/v1/devices/edge-1/forecast", parameters: ["device": "edge-1"])
    var answers: [[UInt8]] = []
    for host in hosts {
      guard case .bytes(let bytes) = try await host.invoke(function: "predict-overload", event).body else { continue }
      answers.append(bytes)
    }
    #expect(answers.count == 2 && answers.first == answers.last)
    // Ten megabits more each minute, from 400 to 690 in the last one, reach 900 within the hour.
    try await tick(hosts[1])
    #expect(alerts.all.filter { $0.type == "netflow.overload.predicted.v1" }.map(\.subject) == ["edge-1"])
    await first.close()
    await second.close()
  }

  @Test(arguments: [
    "", "{}", "[{\"device\":\"\",\"bytes\":1,\"endSeconds\":1}]", "[{\"device\":\"a\",\"bytes\":-1,\"endSeconds\":1}]",
  ])
  func `what is no record is refused and changes nothing`(_ body: String) async throws {
    let host = try await host(Alerts(), clock(0))
    await #expect(throws: FunctionError.self) {
      try await host.invoke(
        function: "collect-flows", Event(id: "1", source: "/t", type: "t", body: Array(body.utf8)))
    }
  }
}
