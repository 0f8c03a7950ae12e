import EmbeddedStores
import Glibc

/// A worker process, on the supervisor's side.
final class WorkerProcess {
  /// How far it is.
  enum Stage: String {
    /// Opens its stores and builds its functions.
    case starting
    /// Is ready, and serves when it is told to.
    case spare
    /// Was told to serve.
    case activating
    case serving
    /// Takes nothing new and finishes what it has.
    case draining
    /// Crashed; perhaps still writes its backtrace.
    case lost
  }

  let id: Int
  let processID: Int32
  let generation: Int
  /// Its name among the instances.
  let instanceID: String
  let journalPath: String
  let began = ContinuousClock.now
  var stage = Stage.starting
  /// Since when it has been ready.
  var readySince: ContinuousClock.Instant?
  /// Whether what it died of was looked at.
  var isReported = false
  private let control: Int32

  private init(
    id: Int, processID: Int32, generation: Int, instanceID: String, journalPath: String, control: Int32
  ) {
    self.id = id
    self.instanceID = instanceID
    self.processID = processID
    self.generation = generation
    self.journalPath = journalPath
    self.control = control
  }

  deinit {
    close(control)
    unlink(journalPath)
    unlink(socketPath)
  }

  /// Where its siblings reach it.
  private var socketPath: String {
    journalPath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      + "/\(instanceID).sock"
  }

  /// Processes that are gone whose events it is to take over, once it serves.
  var heirTo: [String] = []

  /// Tells it whose events to take over.
  func tellInheritance() {
    for instanceID in heirTo { order(.takeOver(instanceID)) }
    heirTo = []
  }

  /// Gives an order.
  func order(_ order: WorkerLink.Order) {
    let bytes = Array("\(order.line)\n".utf8)
    _ = send(control, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Starts one.
  /// - Parameters:
  ///   - id: names it.
  ///   - generation: which restart it belongs to.
  ///   - launch: what it runs.
  ///   - said: gets what it says.
  ///   - ended: gets how it ended.
  static func start(
    id: Int, generation: Int, _ launch: WorkerLaunch, said: @escaping @Sendable (String) -> Void,
    ended: @escaping @Sendable (ChildProcess.ExitStatus) -> Void
  ) throws -> WorkerProcess {
    let instanceID = "\(launch.name)-\(id)"
    let journalPath = "\(launch.directory)/\(id).journal"
    unlink(journalPath)
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw EmbeddedStoreError.system("socketpair", errno)
    }
    let processID: Int32
    do {
      processID = try launch.spawn(instanceID: instanceID, control: ends[1], journal: journalPath)
      close(ends[1])
    } catch {
      close(ends[0])
      close(ends[1])
      throw error
    }
    // A descriptor of its own, so that the reader's cannot be another's after the worker is forgotten.
    let reading = fcntl(ends[0], F_DUPFD_CLOEXEC, 64)
    LineReader(reading).start { line in
      said(String(line))
    } atEnd: {
      close(reading)
    }
    Reaper.watch(processID, ended)
    return WorkerProcess(
      id: id, processID: processID, generation: generation, instanceID: instanceID, journalPath: journalPath,
      control: ends[0])
  }
}

/// What worker processes run, and with what.
struct WorkerLaunch: Sendable {
  /// The program, by its path on disk, so that a new one is taken where it was replaced.
  var program: String
  var arguments: [String]
  /// The whole environment.
  var environment: [String: String]
  /// Where journals are.
  var directory: String
  var listener: Int32
  var count: Int
  var maxCrashes: Int
  /// How many are ready beside those that serve.
  var spares: Int
  /// The server's name among the instances; each worker's begins with it.
  var name = "cabstand-" + String(UInt64.random(in: .min ... .max), radix: 36)

  /// Where crashes are counted.
  var crashTable: String { "\(directory)/crashes" }

  /// Starts a process with the socket and a way for orders.
  func spawn(instanceID: String, control: Int32, journal: String) throws -> Int32 {
    var environment = environment
    environment[WorkerLink.variable] = WorkerLink.text(
      count: count, limit: maxCrashes, instanceID: instanceID, journal: journal, crashes: crashTable)
    environment["SWIFT_BACKTRACE"] = environment["SWIFT_BACKTRACE"] ?? Backtracer.setting(for: program)
    return try ProcessLaunch(
      program: program, arguments: arguments, environment: environment,
      descriptors: [WorkerLink.listener: listener, WorkerLink.control: control], group: .processGroup
    ).start()
  }
}
