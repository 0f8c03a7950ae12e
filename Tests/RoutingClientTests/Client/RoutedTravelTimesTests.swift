import DispatchCore
import DispatchState
import HexGrid
import Testing

@testable import RoutingClient

/// A client against a server that fails in every way.
@Suite("Travel times from an engine that may fail")
struct RoutedTravelTimesTests {
  private func times(
    _ engine: FakeEngine, deadline: Duration = .seconds(20), connections: Int = 4, waiting: Int = 1_000,
    failures: Int = 5
  ) throws -> (times: RoutedTravelTimes, client: RoutingClient) {
    let client = RoutingClient(
      RoutingClient.Configuration(
        url: try EngineURL("osrm+http://127.0.0.1:\(engine.port)"), deadline: deadline, connections: connections,
        waiting: waiting, failuresBeforePause: failures, pause: .seconds(3_600)))
    return (RoutedTravelTimes(client: client, fallback: Midtown.fallback), client)
  }

  private func one(_ times: RoutedTravelTimes) async throws -> DriveEstimate? {
    try await times.estimate(
      from: Midtown.grandCentral, to: Midtown.timesSquare, at: Midtown.now, in: Midtown.region)
  }

  private let fallback = DriveEstimate(seconds: Midtown.seconds(Midtown.grandCentral), meters: nil)

  @Test("Answers of the engine are answers; connections are kept")
  func healthy() async throws {
    let engine = try await FakeEngine.start {
      .answer(200, $0.path.contains("/table/") ? OSRMEngineTests.table : OSRMEngineTests.route)
    }
    let (times, _) = try times(engine)
    #expect(times.knowsRoads)
    for _ in 0..<5 { #expect(try await one(times) == DriveEstimate(seconds: 215.4, meters: 1752.4)) }
    let both = try await times.estimates(for: [Midtown.table, Midtown.pair], at: Midtown.now, in: Midtown.region)
    #expect(both.map { $0.map { $0?.seconds } } == [[169.2, 215], [215.4]])
    #expect(engine.requests.count == 7 && engine.connections <= 2)
    await engine.stop()
  }

  @Test("Times can be slowed by traffic, or left to what was learned")
  func use() async throws {
    let engine = try await FakeEngine.start { request in
      .answer(200, request.number == 3 ? #"{"code":"NoRoute"}"# : OSRMEngineTests.route)
    }
    let client = try times(engine).client
    let slow = RoutedTravelTimes(client: client, fallback: Midtown.fallback, use: .times(factor: 2))
    #expect(try await one(slow) == DriveEstimate(seconds: 430.8, meters: 1752.4))
    let distances = RoutedTravelTimes(client: client, fallback: Midtown.fallback, use: .distances)
    #expect(try await one(distances) == DriveEstimate(seconds: fallback.seconds, meters: 1752.4))
    #expect(try await one(distances) == fallback)
    await engine.stop()
  }

  @Test(
    "Every failure falls back and is told by its name",
    arguments: [
      (FakeEngine.Behaviour.answer(500, "{}"), RoutingError.Code.refused),
      (.answer(400, #"{"code":"InvalidQuery"}"#), .refused),
      (.answer(200, "<html>"), .malformedAnswer), (.answer(200, #"{"code":"Ok"}"#), .malformedAnswer),
      (.answer(200, ""), .malformedAnswer), (.raw("SSH-2.0-OpenSSH_9.2\r\n"), .malformedAnswer),
      (.raw("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"), .malformedAnswer), (.close, .connectionLost),
      (.rawThenClose("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"), .connectionLost),
      (.rawThenClose("HTTP/1.1 20"), .connectionLost), (.silence, .timedOut),
      (.raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"), .timedOut),
    ])
  func failures(behaviour: FakeEngine.Behaviour, expected: RoutingError.Code) async throws {
    let engine = try await FakeEngine.start { _ in behaviour }
    let (times, client) = try times(engine, deadline: expected == .timedOut ? .milliseconds(50) : .seconds(20))
    #expect(try await one(times) == fallback)
    let result = await client.estimates(for: [Midtown.pair])
    #expect(throws: RoutingError.self) { try result[0].get() }
    if case .failure(let error) = result[0] { #expect(error.code == expected, "\(error)") }
    await engine.stop()
  }

  @Test("An answer without end is cut off")
  func endless() async throws {
    let flood = String(repeating: "x", count: EngineConnection.longestAnswer + 1)
    let engine = try await FakeEngine.start { _ in .answer(200, flood) }
    let (_, client) = try times(engine)
    let result = await client.estimates(for: [Midtown.pair])
    #expect(result == [.failure(RoutingError(.malformedAnswer, "longer than 8388608 bytes"))])
    await engine.stop()
  }

  @Test("Nobody listens: unreachable, and the next callers still get through")
  func absent() async throws {
    let engine = try await FakeEngine.start { _ in .close }
    await engine.stop()
    let (times, client) = try times(engine, failures: 1_000)
    let queries = Array(repeating: Midtown.table, count: 50)
    let found = try await times.estimates(for: queries, at: Midtown.now, in: Midtown.region)
    #expect(found.count == 50 && found.allSatisfy { $0[0] == fallback })
    #expect(await client.estimates(for: [Midtown.pair]) == [.failure(RoutingError(.unreachable))])
  }

  @Test("A kept connection that the engine closed is replaced without a word")
  func stale() async throws {
    let engine = try await FakeEngine.start { _ in .answerThenClose(200, OSRMEngineTests.route) }
    let (times, _) = try times(engine)
    for _ in 0..<20 { #expect(try await one(times)?.seconds == 215.4) }
    await engine.stop()
  }

  @Test("An engine that fails in a row is left alone")
  func circuit() async throws {
    let engine = try await FakeEngine.start { _ in .answer(500, "{}") }
    let (times, client) = try times(engine, failures: 3)
    for _ in 0..<3 { #expect(try await one(times) == fallback) }
    #expect(client.isPaused)
    for _ in 0..<10 { #expect(try await one(times) == fallback) }
    #expect(engine.requests.count == 3)
    await engine.stop()
  }

  @Test("Many questions at once: no more connections than allowed, every answer in its place")
  func many() async throws {
    let engine = try await FakeEngine.start { request in
      // The duration says which origin was asked for.
      let place = request.path.split(separator: "/")[3].split(separator: ",")[0]
      return .answer(
        200, #"{"code":"Ok","routes":[{"duration":\#(place.dropFirst("-73.".count).drop { $0 == "0" }),"distance":1}]}"#
      )
    }
    let (times, _) = try times(engine, connections: 3)
    let origins = (1...300).map { GeoPoint(latitude: 40.75, longitude: -73 - Double($0) / 1_000_000) }
    let found = try await times.estimates(
      for: origins.map { DriveQuery(origins: [$0], destination: GeoPoint(latitude: 40.76, longitude: -73.1)) },
      at: Midtown.now, in: Midtown.region)
    #expect(found.map { $0[0]?.seconds } == (1...300).map { Double($0) })
    #expect(engine.requests.count == 300 && engine.connections <= 3)
    await engine.stop()
  }

  @Test("A long query is asked in parts and put together again")
  func parts() async throws {
    let engine = try await FakeEngine.start { request in
      guard request.path.contains("/table/") else { return .answer(200, OSRMEngineTests.route) }
      let places = request.path.split(separator: "/")[3].split(separator: "?")[0].split(separator: ";").dropLast()
      let rows = places.map { "[\($0.split(separator: ",")[1].drop { $0 != "." }.dropFirst().drop { $0 == "0" })]" }
      return .answer(200, #"{"code":"Ok","durations":[\#(rows.joined(separator: ","))]}"#)
    }
    let (times, _) = try times(engine)
    let origins = (1...230).map { GeoPoint(latitude: 40 + Double($0) / 1_000_000, longitude: -73.9) }
    let found = try await times.estimates(
      from: origins, to: GeoPoint(latitude: 40.1, longitude: -73.9), at: Midtown.now, in: Midtown.region)
    #expect(found.map { $0?.seconds } == (1...230).map { Double($0) })
    #expect(engine.requests.count == 3)
    await engine.stop()
  }

  @Test("Drives that are none of a city's are not asked for; what is no position stays unknown")
  func selection() async throws {
    let engine = try await FakeEngine.start { _ in .answer(200, OSRMEngineTests.table) }
    let (times, _) = try times(engine)
    let nowhere = GeoPoint(latitude: .nan, longitude: 0)
    let found = try await times.estimates(
      from: [Midtown.grandCentral, Midtown.honolulu, nowhere, Midtown.flatiron], to: Midtown.timesSquare,
      at: Midtown.now, in: Midtown.region)
    #expect(found.map { $0?.seconds } == [169.2, Midtown.seconds(Midtown.honolulu), nil, 215])
    #expect(try await times.estimates(for: [], at: Midtown.now, in: Midtown.region).isEmpty)
    #expect(
      try await times.estimates(from: [], to: Midtown.timesSquare, at: Midtown.now, in: Midtown.region).isEmpty)
    #expect(
      try await times.estimates(
        from: [Midtown.flatiron], to: nowhere, at: Midtown.now, in: Midtown.region) == [nil])
    #expect(engine.requests.count == 1)
    await engine.stop()
  }

  @Test("A closed client answers at once")
  func closed() async throws {
    let engine = try await FakeEngine.start { _ in .answer(200, OSRMEngineTests.route) }
    let (times, client) = try times(engine)
    #expect(try await one(times)?.seconds == 215.4)
    client.close()
    #expect(await client.estimates(for: [Midtown.pair]) == [.failure(RoutingError(.closed))])
    #expect(try await one(times) == fallback)
    await engine.stop()
  }
}
