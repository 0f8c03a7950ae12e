import DispatchCore
import DispatchState
import FunctionKit
import RoutingClient
import Testing

@testable import cabstand

@Suite("The binding of travel times")
struct TravelTimeBindingTests {
  private func open(
    url: String? = nil, _ attributes: [String: String] = [:], engine: String? = nil, asksEngines: Bool = true
  ) async throws -> any TravelTimes {
    let binding = TravelTimeBinding(
      known: LearnedTravelTimes(models: HeldModels(), speeds: .standard), engine: try engine.map { try EngineURL($0) },
      asksEngines: asksEngines)
    let specification = DataBindingSpecification(bindingClass: "travel-time", url: url, attributes: attributes)
    return try #require(await binding.open(name: "times", specification) as? any TravelTimes)
  }

  @Test("An engine is asked where the command or the function names one, and not in a simulation")
  func engines() async throws {
    #expect(try await !open().knowsRoads)
    #expect(try await open(engine: "osrm+http://h").knowsRoads)
    #expect(try await open(url: "valhalla+http://h", ["deadlineMilliseconds": "50", "connections": "2"]).knowsRoads)
    #expect(try await open(["source": "distances", "trafficPercent": "250"], engine: "osrm+http://h").knowsRoads)
    #expect(try await !open(["source": "learned"], engine: "osrm+http://h").knowsRoads)
    #expect(try await !open(url: "osrm+http://h", asksEngines: false).knowsRoads)
  }

  @Test(
    "What cannot be meant stops the start",
    arguments: [
      (["source": "osrm"], "expected one of any, learned, distances"), (["timeout": "5"], "unknown attribute timeout"),
      (["connections": "0"], "from 1 to 256"), (["deadlineMilliseconds": "x"], "from 10 to 10000"),
      (["trafficPercent": "-1"], "from 10 to 1000"),
    ])
  func wrong(attributes: [String: String], expected: String) async throws {
    let error = try #require(await #expect(throws: SetupError.self) { _ = try await open(attributes) })
    #expect(error.description.contains(expected), "\(error)")
  }

  @Test("A URL that is no engine's stops the start")
  func wrongURL() async throws {
    let error = try #require(await #expect(throws: SetupError.self) { _ = try await open(url: "http://h") })
    #expect(error.description.contains("data binding times") && error.description.contains("osrm+http://"))
  }
}
