import CHiredis
import EmbeddedStores
import Glibc
import Logging
import NIOCore
import NIOPosix
import RedisClient

/// Measures the client against a private server, and `redis-benchmark` against the same server.
///
/// `swift run -c release RedisBenchmark`
@main
enum RedisBenchmark {
  static func main() async throws {
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    let folder = "/tmp/cabstand-redis-benchmark-\(getpid())"
    let server = RedisServer(configuration: .init(directory: folder, durability: .none), logger: logger)
    let start = ContinuousClock.now
    try await server.start()
    print("server ready after \(ContinuousClock.now - start)")
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let client = try RedisClient(
      configuration: try .init(url: server.url), eventLoopGroup: group, logger: logger)
    encoders()
    try await one(client)
    for tasks in [50, 1000] { try await concurrent(client, tasks: tasks) }
    try await pipelined(client)
    try await scripts(client)
    await client.close()
    try await group.shutdownGracefully()
    await reference(server)
    await server.stop()
  }

  private static func report(_ name: String, _ count: Int, _ duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    let padding = String(repeating: " ", count: max(1, 52 - name.count))
    print("\(name)\(padding)\(Int(Double(count) / seconds)) /s")
  }

  /// Our encoder beside hiredis's formatter, on the arguments of a batch of 100 pings.
  private static func encoders() {
    let key = Array("{sf}:fleet:economy".utf8)
    let numbers = (0..<400).map { 1_700_000_000_000 + $0 * 977 }
    let rounds = 2000
    var total = 0
    let ours = ContinuousClock().measure {
      for _ in 0..<rounds {
        var command = RedisCommand("EVALSHA", key, capacity: 12_000)
        for number in numbers { command.append(number) }
        total += command.argumentCount
      }
    }
    report("arguments encoded by RedisCommand", rounds * 402, ours)
    let theirs = ContinuousClock().measure {
      for _ in 0..<rounds {
        let texts = [Array("EVALSHA".utf8), key] + numbers.map { Array(String($0).utf8) }
        let flat = Array(texts.joined())
        flat.withUnsafeBufferPointer { bytes in
          var offset = 0
          var pointers: [UnsafePointer<CChar>?] = []
          for text in texts {
            pointers.append(bytes.baseAddress.map { UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self) })
            offset += text.count
          }
          var formatted: UnsafeMutablePointer<CChar>?
          let lengths = texts.map(\.count)
          total += Int(redisFormatCommandArgv(&formatted, Int32(texts.count), &pointers, lengths))
          redisFreeCommand(formatted)
        }
      }
    }
    report("the same by redisFormatCommandArgv", rounds * 402, theirs)
    precondition(total > 0)
  }

  private static func one(_ client: RedisClient) async throws {
    let count = 20_000
    let duration = try await ContinuousClock().measure {
      for _ in 0..<count { try await client.command("SET", "key", "value") }
    }
    report("SET, one task, one at a time", count, duration)
  }

  private static func concurrent(_ client: RedisClient, tasks: Int) async throws {
    let each = 400_000 / tasks
    let duration = try await ContinuousClock().measure {
      try await withThrowingTaskGroup { group in
        for task in 0..<tasks {
          group.addTask { for _ in 0..<each { try await client.command("SET", "key", task) } }
        }
        try await group.waitForAll()
      }
    }
    report("SET, \(tasks) tasks, one at a time each", each * tasks, duration)
  }

  private static func pipelined(_ client: RedisClient) async throws {
    let rounds = 500
    let duration = try await ContinuousClock().measure {
      try await withThrowingTaskGroup { group in
        for task in 0..<16 {
          group.addTask {
            for _ in 0..<rounds {
              _ = try await client.pipeline(
                (0..<100).map { RedisCommand("GEOADD", "{sf}:geo", -122.4, 37.77, task * 100 + $0, capacity: 64) })
            }
          }
        }
        try await group.waitForAll()
      }
    }
    report("GEOADD in pipelines of 100, 16 tasks", rounds * 100 * 16, duration)
  }

  /// The shape of the ping path: one script call for 100 pings of four values each.
  private static func scripts(_ client: RedisClient) async throws {
    let script = RedisScript("return #ARGV")
    let rounds = 2000
    let duration = try await ContinuousClock().measure {
      try await withThrowingTaskGroup { group in
        for _ in 0..<16 {
          group.addTask {
            for _ in 0..<rounds {
              var call = script.call(keys: ["{sf}:fleet"], capacity: 8192)
              for number in 0..<400 { call.append(1_700_000_000 + number) }
              try await client.command(call)
            }
          }
        }
        try await group.waitForAll()
      }
    }
    report("EVALSHA with 400 arguments, 16 tasks", rounds * 16, duration)
  }

  private static func reference(_ server: RedisServer) async {
    guard let program = findExecutable("redis-benchmark") else { return print("redis-benchmark is not installed") }
    let output = "\(server.directory)/reference.log"
    let runs = [
      ["-c", "1", "-n", "50000", "set", "key", "value"], ["-c", "50", "-n", "200000", "set", "key", "value"],
      ["-c", "50", "-n", "2000000", "-P", "100", "geoadd", "{sf}:geo", "-122.4", "37.77", "__rand_int__"],
    ]
    for arguments in runs {
      let child = try? ChildProcess.start(
        .init(
          executable: program, arguments: ["-s", server.socketPath, "-r", "1000", "-q"] + arguments,
          outputPath: output))
      _ = await child?.waitForExit(within: .seconds(60))
    }
    let text = Directories.text(of: output) ?? ""
    print("redis-benchmark on the same server:")
    for line in text.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) where line.contains("requests per second") {
      print("  \(line)")
    }
  }
}
