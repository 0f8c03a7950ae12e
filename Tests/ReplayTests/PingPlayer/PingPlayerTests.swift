import HexGrid
import Replay
import Testing

struct PingPlayerTests {
  private static func file(pings: Int = 5_000, cabs: Int = 40) -> PingFile {
    var random = SplitMix64(seed: 11)
    return PingFile(
      pings: (0..<pings).map { index in
        RecordedPing(
          unixMilliseconds: 1_212_735_600_000 + Int64(index) * 1_000,
          place: GeoPoint(
            latitude: (random.uniform(37.7, 37.8) * 1e5).rounded() / 1e5,
            longitude: (random.uniform(-122.5, -122.4) * 1e5).rounded() / 1e5),
          cab: Int32(random.below(cabs)), occupied: false)
      }, cabs: (0..<cabs).map { "cab\($0)" }, rows: DatasetRows())
  }

  private static func latest(_ file: PingFile) -> [String: GeoPoint] {
    var latest: [String: GeoPoint] = [:]
    for ping in file.pings { latest[file.cabs[Int(ping.cab)]] = ping.place }
    return latest
  }

  @Test func postsEveryPing() async throws {
    let server = try await FakeServer()
    let file = Self.file()
    let report = try await PingPlayer(file: file, options: PingPlayerOptions(server: server.address)).play()
    #expect(report.pings.sent == 5_000)
    #expect(report.pings.accepted == 5_000)
    #expect(report.pings.rejected == 0)
    #expect(report.http.requests == 50)
    #expect(report.http.errors == 0)
    #expect(try await server.with { $0.clockSettings.map(\.now) } == [file.pings.last?.unixMilliseconds])
    #expect(try await server.with { $0.drivers.mapValues { $0.position } } == Self.latest(file))
    try await server.shutdown()
  }

  @Test func disorderChangesNothing() async throws {
    let server = try await FakeServer()
    let file = Self.file()
    let options = PingPlayerOptions(server: server.address, batch: 64, shuffleSeed: 3, duplicateShare: 0.3)
    let report = try await PingPlayer(file: file, options: options).play()
    #expect((6_000...7_000).contains(report.pings.sent))
    #expect(report.pings.accepted == report.pings.sent)
    #expect(report.pings.superseded > 1_000)
    #expect(try await server.with { $0.drivers.mapValues { $0.position } } == Self.latest(file))
    try await server.shutdown()
  }

  @Test func movesThePingsWhereTheClockIsFixed() async throws {
    let server = try await FakeServer(isClockAdjustable: false)
    let report = try await PingPlayer(file: Self.file(), options: PingPlayerOptions(server: server.address)).play()
    #expect(report.pings.accepted == 5_000)
    #expect(report.pings.rejected == 0)
    #expect(report.notes.count == 1)
    try await server.shutdown()
  }

  @Test func triesAgain() async throws {
    let server = try await FakeServer()
    try await server.with { $0.refuseNext = 6 }
    let report = try await PingPlayer(file: Self.file(), options: PingPlayerOptions(server: server.address)).play()
    #expect(report.pings.accepted == 5_000)
    #expect(report.errorsByCode == ["503 storeUnavailable": 6])
    try await server.shutdown()
  }
}
