import DispatchCore
import DispatchState
import EmbeddedStores
import Glibc
import HexGrid
import Logging
import NIOCore
import NIOPosix
import RedisClient
import RedisState

/// Measures the fleet index on a private Redis, with `redis-benchmark` on the same server right before and after.
///
/// `run.sh`, or `swift run -c release FleetBenchmark [drivers]`
@main
enum FleetBenchmark {
  private static let region = RegionID(trusted: "sf")

  static func main() async throws {
    let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    let folder = "/tmp/cabstand-fleet-benchmark-\(getpid())"
    let server = RedisServer(configuration: .init(directory: folder, durability: .none), logger: quiet)
    try await server.start()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = try RedisClient(configuration: .init(url: server.url), eventLoopGroup: group, logger: quiet)
    let drivers = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000

    await geoadd(server)
    try await measure(client, TaxiFleet(drivers: drivers, metersPerSecond: 8), "batches of 100, drivers at 8 m/s")
    try await measure(client, TaxiFleet(drivers: drivers, metersPerSecond: 0), "batches of 100, nobody moves")
    try await measure(client, TaxiFleet(drivers: drivers, metersPerSecond: 250), "batches of 100, drivers at 250 m/s")
    try await measure(client, TaxiFleet(drivers: drivers, metersPerSecond: 8), "single pings", batch: 1, tasks: 256)
    try await queries(client, drivers: drivers)
    await geoadd(server)

    await client.close()
    try await group.shutdownGracefully()
    await server.stop()
  }

  /// Sends rounds of pings of the whole fleet from concurrent tasks, each of which waits for its answers.
  private static func measure(
    _ client: RedisClient, _ fleet: TaxiFleet, _ name: String, batch: Int = 100, tasks: Int = 16
  ) async throws {
    try await client.command("FLUSHALL")
    let index = RedisFleet(client: client)
    try await index.apply(fleet.statuses(in: region))
    var fleet = fleet
    _ = try await index.record(fleet.round(), in: region)
    // Enough rounds for a second or two.
    let rounds = (0..<max(1, (batch == 1 ? 200_000 : 1_000_000) / fleet.count)).map { _ in fleet.round() }
    let moves = fleet.moves
    let work = (server: try await serverSeconds(client), client: clientSeconds())
    let start = ContinuousClock.now
    var superseded = 0
    for pings in rounds {
      superseded += try await withThrowingTaskGroup(of: Int.self) { group in
        for task in 0..<tasks {
          group.addTask {
            var superseded = 0
            for first in stride(from: task * batch, to: pings.count, by: tasks * batch) {
              let part = Array(pings[first..<min(first + batch, pings.count)])
              superseded += try await index.record(part, in: region)
            }
            return superseded
          }
        }
        return try await group.reduce(0, +)
      }
    }
    let seconds = (ContinuousClock.now - start).seconds
    let count = rounds.count * fleet.count
    let server = (try await serverSeconds(client) - work.server) / Double(count) * 1e6
    let own = (clientSeconds() - work.client) / Double(count) * 1e6
    let isTrue = try await index.supply(in: region) == index.recountedSupply(in: region)
    print(
      pad(name), pad("\(Int(Double(count) / seconds)) pings/s", 18),
      pad("server \(short(server)) µs, client \(short(own)) µs per ping", 44),
      "\(short(100 * Double(moves) / Double(count + fleet.count))) % change zone",
      isTrue && superseded == 0 ? "" : "WRONG")
  }

  private static func queries(_ client: RedisClient, drivers: Int) async throws {
    try await client.command("FLUSHALL")
    var fleet = TaxiFleet(drivers: drivers, metersPerSecond: 8)
    let index = RedisFleet(client: client)
    try await index.apply(fleet.statuses(in: region))
    _ = try await index.record(fleet.round(), in: region)
    let cells = try await index.supply(in: region).map(\.cell)
    let never = Timestamp(unixMilliseconds: 0)
    func time(_ name: String, _ body: () async throws -> Int) async throws {
      var best = Double.infinity
      var size = 0
      for _ in 0..<20 {
        let start = ContinuousClock.now
        size = try await body()
        best = min(best, (ContinuousClock.now - start).seconds)
      }
      print(pad(name), "\((best * 1e6).rounded() / 1_000) ms for \(size)")
    }
    try await time("all idle drivers") {
      try await index.idleDrivers(in: region, cells: nil, seenSince: never, limit: .max).count
    }
    try await time("idle drivers of 40 zones") {
      try await index.idleDrivers(in: region, cells: Array(cells.prefix(40)), seenSince: never, limit: .max).count
    }
    try await time("zones") { try await index.supply(in: region).count }
    try await time("recount") { try await index.recountedSupply(in: region).count }
    try await time("sweep of 1,000 that finds nothing") {
      try await index.sweep(in: region, silentSince: never, forgottenSince: never, limit: 1_000)
    }
  }

  /// How long the server's main thread has worked, in seconds.
  private static func serverSeconds(_ client: RedisClient) async throws -> Double {
    let statistics = try await client.command("INFO", "cpu").string()
    return statistics.split(whereSeparator: \.isNewline).reduce(0) { sum, line in
      let parts = line.split(separator: ":")
      return parts.count == 2 && parts[0].hasSuffix("_main_thread") ? sum + (Double(parts[1]) ?? 0) : sum
    }
  }

  /// How long this process has worked, in seconds.
  private static func clientSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static func geoadd(_ server: RedisServer) async {
    guard let tool = findExecutable("redis-benchmark") else { return print("redis-benchmark is not installed") }
    let path = "\(server.directory)/geoadd.txt"
    let status = try? await ChildProcess.start(
      .init(
        executable: tool,
        arguments: [
          "-s", server.socketPath, "-P", "100", "-n", "1000000", "-r", "10000", "--csv", "geoadd", "key", "1", "2",
          "__rand_int__",
        ],
        environment: [:], outputPath: path)
    ).waitForExit()
    guard status != nil, let file = fopen(path, "r") else { return print("redis-benchmark did not run") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    let rate = text.split(whereSeparator: \.isNewline).last?.split(separator: ",").dropFirst().first ?? "?"
    print(pad("redis-benchmark -P 100 geoadd"), rate.filter { $0 != "\"" }, "/s")
  }

  private static func short(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  private static func pad(_ text: String, _ width: Int = 40) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
