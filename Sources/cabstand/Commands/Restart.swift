import ArgumentParser
import Glibc

/// `cabstand restart`: replaces the worker processes of a running server.
struct Restart: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replace a running server's worker processes by the program that is on disk now, losing no request.",
    discussion: """
      Finds the server through the data directory, asks it (SIGHUP) to bring the schema up to date and to replace its workers one by
      one, and waits until all are new. Where the new ones do not come up the old ones go on, and this ends with 1.
      """)

  @OptionGroup var stores: StoreOptions
  @Option(name: .customLong("wait"), help: "Seconds to wait for the new workers, 1 to 3600.")
  var waitSeconds: Int = 120

  func validate() throws {
    guard (1...3_600).contains(waitSeconds) else {
      throw ValidationError("--wait must be from 1 to 3600, found \(waitSeconds).")
    }
  }

  func run() async throws {
    guard let before = ServerFile.read(stores.dataDirectory) else {
      throw ValidationError("no server runs on \(stores.dataDirectory).")
    }
    guard let generation = before.generation else {
      throw ValidationError("the server is one process; serve with --workers 1 or more.")
    }
    guard kill(before.processID, SIGHUP) == 0 else {
      throw ValidationError("process \(before.processID) cannot be told: \(String(cString: strerror(errno))).")
    }
    let end = ContinuousClock.now + .seconds(waitSeconds)
    while ContinuousClock.now < end {
      guard let now = ServerFile.read(stores.dataDirectory), now.processID == before.processID else { break }
      if let current = now.generation, current > generation {
        print("every worker is new")
        return
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    Terminal.error("the new workers did not come up in time; the server's log says why")
    throw ExitCode(1)
  }
}
