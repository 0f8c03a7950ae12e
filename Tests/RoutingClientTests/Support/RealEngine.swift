import EmbeddedStores
import Foundation
import NIOPosix
import NIOCore

/// Engines from PyPI, served by `scripts/routing-engine` on a recorded extract.
struct RealEngine: Sendable {
  let child: ChildProcess
  let port: Int

  /// Why there is none; the test is skipped.
  struct Absent: Error, CustomStringConvertible {
    var description: String
  }

  private static let root = "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")

  /// The extract of Midtown Manhattan; nil where the recorded data is not at hand.
  static let extract: String? = {
    let folders = [
      ProcessInfo.processInfo.environment["CABSTAND_DATA"], root + "/../shared/data", root + "/../../shared/data",
    ]
    let found = folders.compactMap { $0 }.map { $0 + "/osm/midtown_manhattan.osm.pbf" }
      .first { FileManager.default.isReadableFile(atPath: $0) }
    if found == nil { print("skipped: osm/midtown_manhattan.osm.pbf is not below CABSTAND_DATA") }
    return found
  }()

  /// Starts an engine; the first time it is installed and its map built, which takes a minute or so.
  /// - Parameter kind: `valhalla` or `osrm`.
  static func start(_ kind: String) async throws -> RealEngine {
    guard let extract else { throw Absent(description: "no extract") }
    let port = try await freePort()
    let folder = root + "/.build/routing-engine"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let log = folder + "/\(kind)-\(port).log"
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    let child = try ChildProcess.start(
      ChildProcess.Configuration(
        executable: root + "/scripts/routing-engine", arguments: [kind, extract, folder, String(port)],
        environment: environment, outputPath: log))
    defer { unlink(log) }
    let patience = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < patience {
      if let status = child.exitStatus {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        guard status == .code(3) else { throw Failure(description: "\(kind) ended with \(status): \(text)") }
        print("skipped: \(kind), \(text)")
        throw Absent(description: text)
      }
      if await accepts(port) { return RealEngine(child: child, port: port) }
      try await Task.sleep(for: .milliseconds(100))
    }
    await child.stop()
    print("skipped: \(kind) was not ready within three minutes")
    throw Absent(description: "not ready")
  }

  /// What went wrong with an engine that should be there.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  func kill() async {
    child.signal(SIGKILL)
    _ = await child.waitForExit(within: .seconds(20))
  }

  private static func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 0
    try await channel.close()
    return port
  }

  private static func accepts(_ port: Int) async -> Bool {
    let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port).get()
    try? await channel?.close()
    return channel != nil
  }
}
