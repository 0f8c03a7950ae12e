import EmbeddedStores
import Glibc
import Logging
import TriggerRuntime

/// Keeps worker processes serving behind one socket: replaces those that die by one that is ready already, and all of them, one by one,
/// by a new program when it is told to.
///
/// One task at a time has it; everything that happens comes to it as an event.
final class Supervisor {
  /// What happens to it.
  enum Happening: Sendable {
    case said(Int, String)
    case ended(Int, ChildProcess.ExitStatus)
    case storesAreReady
    case storesFailed(any Error)
    case look
    case stop
    case restart
    case reopenLogs
    case outOfPatience
    case wroteLongEnough(Int)
  }

  /// How long a worker may take to end in order.
  private static let patience = Duration.seconds(35)
  /// A worker that was ready for so long did start well.
  private static let provedDuration = Duration.seconds(1)
  /// How long a worker that crashed may write its backtrace; until then it keeps its connections.
  private static let backtracePatience = Duration.seconds(20)
  private static let longestDelay = Duration.seconds(30)
  /// After so many failed starts in a row a restart is called off.
  private static let restartAttempts = 3

  private let launch: WorkerLaunch
  private let crashes: CrashTable
  private let logger: Logger
  private let events: AsyncStream<Happening>
  private let post: AsyncStream<Happening>.Continuation
  /// Told when a generation of workers serves for the first time.
  private let onServing: (Int) -> Void
  private var workers: [Int: WorkerProcess] = [:]
  private var lastID = 0
  private var generation = 0
  /// The generation that serves as a whole.
  private var servingGeneration = -1
  private var failures = 0
  private var notBefore = ContinuousClock.now
  /// When the places became empty that nobody has taken yet, in their order.
  private var gaps: [ContinuousClock.Instant] = []
  /// Whether workers may open the stores.
  private var hasStores = false
  private var isStopping = false
  private var fault: (any Error)?

  /// Creates a supervisor that has no workers yet.
  /// - Parameters:
  ///   - launch: what workers run.
  ///   - logger: where it is told.
  ///   - onServing: told when a generation of workers serves for the first time.
  init(_ launch: WorkerLaunch, logger: Logger, onServing: @escaping (Int) -> Void) throws {
    self.launch = launch
    self.logger = logger
    self.onServing = onServing
    crashes = try CrashTable(path: launch.crashTable)
    crashes.clear()
    (events, post) = AsyncStream.makeStream(of: Happening.self)
  }

  /// Where to tell it of signals.
  var inbox: AsyncStream<Happening>.Continuation { post }

  /// Runs until it is told to stop and every worker has ended.
  /// - Throws: `SupervisorError` where no worker ever came up, or what it was told of the stores.
  func run() async throws {
    fill()
    for await event in events {
      handle(event)
      if isStopping, workers.isEmpty { break }
    }
    post.finish()
    if let fault { throw fault }
  }

  private func handle(_ event: Happening) {
    switch event {
    case .said(let id, let line): if let worker = workers[id] { heard(line, worker) }
    case .ended(let id, let status): if let worker = workers[id] { ended(worker, status) }
    case .storesAreReady:
      hasStores = true
      for worker in workers.values { worker.order(.open) }
    case .storesFailed(let error):
      fault = error
      if !isStopping { stop() }
    case .look: fill()
    case .stop: stop()
    case .restart: restart()
    case .reopenLogs: for worker in workers.values { kill(worker.processID, SIGHUP) }
    case .wroteLongEnough(let id): if let worker = workers[id] { kill(worker.processID, SIGKILL) }
    case .outOfPatience: for worker in workers.values { kill(worker.processID, SIGKILL) }
    }
  }

  // MARK: Orders from outside

  private func stop() {
    guard !isStopping else {
      // Whoever asks twice does not want to wait.
      for worker in workers.values { kill(worker.processID, SIGKILL) }
      return
    }
    isStopping = true
    // The socket closes with the last worker that gives it up.
    close(launch.listener)
    for worker in workers.values { drain(worker, keepingIdleFor: .zero) }
    later(.outOfPatience, after: Self.patience)
  }

  private func restart() {
    guard !isStopping else { return }
    generation += 1
    failures = 0
    notBefore = .now
    // What crashed the old program may not crash the new one.
    crashes.clear()
    logger.notice("restarting the workers one by one", metadata: ["generation": "\(generation)"])
    for worker in workers.values where worker.stage == .starting || worker.stage == .spare {
      drain(worker, keepingIdleFor: .zero)
    }
    fill()
  }

  // MARK: What workers say

  private func heard(_ line: String, _ worker: WorkerProcess) {
    switch line {
    case "ready" where worker.stage == .starting:
      worker.stage = .spare
      worker.readySince = .now
      logger.debug(
        "a worker is ready",
        metadata: ["worker": "\(worker.processID)", "milliseconds": "\(Self.milliseconds(since: worker.began))"])
      fill()
    case "serving" where worker.stage == .activating: serving(worker)
    case "draining" where worker.stage == .serving || worker.stage == .activating:
      // Somebody else told it to end.
      worker.stage = .draining
      fill()
    case "crash" where worker.stage != .lost:
      lost(worker)
      report(worker, how: "crashed")
      later(.wroteLongEnough(worker.id), after: Self.backtracePatience)
      fill()
    default: break
    }
  }

  private func serving(_ worker: WorkerProcess) {
    worker.stage = .serving
    var metadata: Logger.Metadata = ["worker": "\(worker.processID)"]
    if !gaps.isEmpty {
      // From the moment the supervisor heard of the end of the one before.
      metadata["milliseconds"] = "\(Self.milliseconds(since: gaps.removeFirst()))"
      logger.notice("a worker took the place of the one that was lost", metadata: metadata)
    } else {
      logger.info("a worker serves", metadata: metadata)
    }
    let old = workers.values.filter { $0.generation < generation && $0.stage == .serving }.sorted { $0.id < $1.id }
    let news = workers.values.filter { $0.generation == generation && $0.stage == .serving }
    if news.count >= launch.count {
      for worker in old { drain(worker, keepingIdleFor: WorkerLink.idleGrace) }
    } else if let first = old.first {
      drain(first, keepingIdleFor: WorkerLink.idleGrace)
    }
    if news.count >= launch.count, servingGeneration < generation {
      servingGeneration = generation
      onServing(generation)
    }
    fill()
  }

  // MARK: Ends

  private func lost(_ worker: WorkerProcess) {
    // One that was about to take a place leaves the gap as it was.
    if worker.stage == .serving { gaps.append(.now) }
    if worker.stage == .activating, gaps.isEmpty { gaps.append(.now) }
    // A spare one that is killed after an hour says nothing about how the program starts.
    let hasProved = worker.readySince.map { ContinuousClock.now - $0 >= Self.provedDuration } ?? false
    failures = hasProved ? 0 : failures + 1
    // The first failure costs no time; those in a row cost more and more.
    if failures > 1 {
      notBefore = .now + min(.milliseconds(100) * (1 << min(failures - 2, 12)), Self.longestDelay)
    }
    worker.stage = .lost
    handOver(worker)
  }

  /// Lets the others have the events that a worker had taken.
  private func handOver(_ worker: WorkerProcess) {
    for other in workers.values where other.stage != .draining && other.stage != .lost {
      other.heirTo.append(worker.instanceID)
      // Those that do not serve yet are told when they do.
      if other.stage == .serving || other.stage == .activating { other.tellInheritance() }
    }
  }

  private func ended(_ worker: WorkerProcess, _ status: ChildProcess.ExitStatus) {
    let stage = worker.stage
    let isExpected = isStopping || (stage == .draining && status.isSuccess)
    if !isExpected, stage != .lost { lost(worker) }
    if !isExpected, !worker.isReported { report(worker, how: Self.text(status), status) }
    workers[worker.id] = nil
    if isExpected { handOver(worker) }
    if isStopping { return }
    if servingGeneration < 0, stage == .starting, case .code(let code) = status {
      // It has said why, and would say it again.
      fault = SupervisorError(code: code)
      stop()
      return
    }
    if generation > servingGeneration, servingGeneration >= 0, failures >= Self.restartAttempts {
      callOffRestart()
    }
    fill()
  }

  private func callOffRestart() {
    logger.error("the new workers do not come up; the old ones go on", metadata: ["generation": "\(generation)"])
    for worker in workers.values where worker.generation == generation { drain(worker, keepingIdleFor: .zero) }
    generation = servingGeneration
    failures = 0
  }

  /// Tells what a worker died of, and counts it for the event at fault.
  private func report(_ worker: WorkerProcess, how: String, _ status: ChildProcess.ExitStatus? = nil) {
    worker.isReported = true
    let report = CrashReport(journalPath: worker.journalPath, status: status)
    var metadata = report.metadata
    metadata["worker"] = "\(worker.processID)"
    metadata["how"] = .string(how)
    if let digests = report.blamed {
      let count = digests.map { crashes.add($0) }.max() ?? 0
      metadata["crashes"] = "\(count)"
      if digests.count == 1, count >= launch.maxCrashes { metadata["givenUp"] = "true" }
    }
    logger.error("a worker died", metadata: metadata)
  }

  // MARK: Filling up

  /// Gives work to who is ready, and starts who is missing.
  private func fill() {
    guard !isStopping else { return }
    let current = workers.values.filter { $0.generation == generation }.sorted { $0.id < $1.id }
    var active = current.count { $0.stage == .serving || $0.stage == .activating }
    for worker in current where worker.stage == .spare && active < launch.count {
      worker.stage = .activating
      worker.order(.activate)
      worker.tellInheritance()
      active += 1
    }
    // The spare ones start when the others have the machine no longer to themselves.
    let isUp = current.contains { $0.stage == .serving }
    let wanted = launch.count - active + (isUp ? launch.spares : 0)
    let coming = workers.values.count { worker in
      worker.generation == generation && (worker.stage == .starting || worker.stage == .spare)
    }
    guard coming < wanted else { return }
    guard ContinuousClock.now >= notBefore else {
      later(.look, after: notBefore - .now)
      return
    }
    for _ in coming..<wanted { start() }
  }

  private func start() {
    lastID += 1
    let id = lastID
    do {
      workers[id] = try WorkerProcess.start(id: id, generation: generation, launch) { [post] line in
        post.yield(.said(id, line))
      } ended: { [post] status in
        post.yield(.ended(id, status))
      }
      if hasStores { workers[id]?.order(.open) }
    } catch {
      logger.error("a worker cannot be started", metadata: ["error": "\(error)"])
      later(.look, after: .seconds(1))
    }
  }

  private func drain(_ worker: WorkerProcess, keepingIdleFor grace: Duration) {
    guard worker.stage != .lost else { return }
    worker.stage = .draining
    worker.order(.drain(grace))
  }

  private func later(_ event: Happening, after delay: Duration) {
    Task { [post] in
      try? await Task.sleep(for: max(delay, .milliseconds(1)))
      post.yield(event)
    }
  }

  private static func milliseconds(since moment: ContinuousClock.Instant) -> Int {
    Int((ContinuousClock.now - moment) / .milliseconds(1))
  }

  private static func text(_ status: ChildProcess.ExitStatus) -> String {
    switch status {
    case .code(let code): "exit code \(code)"
    case .signal(let number): "signal \(number) (\(String(cString: strsignal(number))))"
    }
  }
}

/// No worker came up.
struct SupervisorError: Error, CustomStringConvertible {
  /// How the worker ended.
  var code: Int32

  var description: String { "the worker process ended with code \(code) before it served" }
}
