import ArgumentParser
import Glibc

/// How many processes serve.
struct WorkerOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("workers"),
    help:
      "Worker processes behind the one socket, 0 to 64; 0 serves in this process, where a crash ends everything (CABSTAND_WORKERS). Default: 2, more from 12 cores on; 1 with --clock adjustable, 0 with --state memory."
  )
  var count: Int?

  @Option(help: "How many worker processes an event may take down before it is given up, 1 to 100.")
  var maxCrashes: Int = 2

  @Option(
    help:
      "Workers that are ready to take the place of one that dies, 1 to 16; with more of them two that die shortly one after the other are replaced at once (CABSTAND_SPARE_WORKERS). Default: 1"
  )
  var spareWorkers: Int?

  /// How many spare workers there are.
  var spares: Int { spareWorkers ?? Environment.text("CABSTAND_SPARE_WORKERS").flatMap { Int($0) } ?? 1 }

  func validate() throws {
    try Environment.checkInteger("CABSTAND_WORKERS")
    try Environment.checkInteger("CABSTAND_SPARE_WORKERS")
    guard (1...16).contains(spares) else {
      throw ValidationError("--spare-workers must be from 1 to 16, found \(spares).")
    }
    if let given, !(0...64).contains(given) {
      throw ValidationError("--workers must be from 0 to 64, found \(given).")
    }
    guard (1...100).contains(maxCrashes) else {
      throw ValidationError("--max-crashes must be from 1 to 100, found \(maxCrashes).")
    }
  }

  private var given: Int? { count ?? Environment.text("CABSTAND_WORKERS").flatMap { Int($0) } }

  /// How many there are.
  ///
  /// A worker uses every core by itself: more of them only limit what a crash takes with it, and cost memory and connections.
  func count(_ options: ServeOptions) throws -> Int {
    if options.state == .memory {
      guard (given ?? 0) == 0 else {
        throw ValidationError("--state memory is one process's memory: serve with --workers 0.")
      }
      return 0
    }
    if let given { return given }
    if options.clock == .adjustable { return 1 }
    return min(4, max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 4))
  }
}
