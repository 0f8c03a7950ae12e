import Glibc
package import Logging
import Synchronization

/// Throw-away servers for tests.
extension PostgresServer {
  private static let prefix = "cabstand-test-postgres-"

  /// A server without durability in a new temporary directory, which goes away with this process.
  ///
  /// When the process exits the server is stopped and its directory removed; what a killed process left behind is
  /// removed by the next call, in whichever process.
  package static func temporary(
    logger: Logger, settings: [String: String] = [:]
  ) throws(EmbeddedStoreError) -> PostgresServer {
    sweep()
    let number = temporaries.withLock { temporaries in
      if temporaries.made == 0 { atexit { PostgresServer.removeTemporaries() } }
      temporaries.made += 1
      return temporaries.made
    }
    let server = try PostgresServer(
      configuration: .init(
        directory: "/tmp/\(prefix)\(getpid())-\(number)", durability: .test, settings: settings),
      logger: logger)
    temporaries.withLock { $0.servers.append(server) }
    return server
  }

  /// Why there can be no throw-away server on this machine; nil where there can.
  package static func absenceOfTemporary(logger: Logger) -> String? {
    let folders = (9...40).reversed().map { "/usr/lib/postgresql/\($0)/bin" }
    guard findExecutable("initdb", in: folders) != nil else { return "PostgreSQL is not installed" }
    do throws(EmbeddedStoreError) {
      _ = try temporary(logger: logger)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private struct Temporaries {
    var made = 0
    var servers: [PostgresServer] = []
  }

  private static let temporaries = Mutex(Temporaries())

  /// Runs while the process exits, so it may block; there is nothing worth keeping, so it does not ask politely.
  private static func removeTemporaries() {
    for server in temporaries.withLock({ $0.servers }) {
      if let process = server.processID {
        kill(process, SIGQUIT)
        for _ in 0..<500 where kill(process, 0) == 0 { usleep(4000) }
      }
      Directories.remove(server.directory)
    }
  }

  private static func sweep() {
    for name in Directories.names(in: "/tmp") where name.hasPrefix(prefix) {
      guard let process = name.dropFirst(prefix.count).split(separator: "-").first.flatMap({ Int32($0) }),
        !isAlive(process)
      else { continue }
      // A server that its watchdog is still stopping holds on to its directory; the next sweep finds it.
      let server = Directories.text(of: "/tmp/\(name)/data/postmaster.pid")?.split(separator: "\n").first
      if let server = server.flatMap({ Int32($0) }), isAlive(server) { continue }
      Directories.remove("/tmp/\(name)")
    }
  }

  private static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }
}
