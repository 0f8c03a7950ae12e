import Dispatch
import Glibc
import Synchronization

/// A child process that cannot outlive this one.
///
/// The child is started in a session of its own, so a Ctrl-C in the terminal reaches only us and we stop our
/// children in order. Its lifetime hangs on a pipe (the *lifeline*): we hold the only writing end, a tiny watchdog
/// forked by the launching shell reads the other, and when we vanish, even by `kill -9`, the kernel closes our end and
/// the watchdog stops the child. `PR_SET_PDEATHSIG` is not used because it fires when the *thread* that started the
/// child ends (Dispatch ends idle threads at will) and because changing the user clears it.
///
/// The process id is the server's own: the shell replaces itself with the program after forking the watchdog, and the
/// watchdog is handed to init by a double fork so that a server which reaps its children never meets it.
package final class ChildProcess: Sendable {
  /// How a child process is started.
  package struct Configuration: Sendable {
    /// Absolute path of the program.
    package var executable: String
    /// Its arguments, without the program's name.
    package var arguments: [String]
    /// The whole environment of the child: nothing is inherited, so a stray `PGPORT` cannot leak in.
    package var environment: [String: String]
    /// The file that standard output and error are appended to; `nil` throws them away.
    package var outputPath: String?
    /// The directory the child starts in; it must be readable by the user it runs as.
    package var workingDirectory: String
    /// The user to run as; `nil` means ourselves. Takes effect only when we are root.
    package var runAs: UserAccount?
    /// The signal that the watchdog sends when this process has died.
    package var orphanSignal: Int32
    /// How long the watchdog waits after `orphanSignal` before it sends `SIGKILL`.
    package var orphanGraceSeconds: Int

    /// Creates a configuration.
    package init(
      executable: String, arguments: [String] = [], environment: [String: String] = [:], outputPath: String? = nil,
      workingDirectory: String = "/", runAs: UserAccount? = nil, orphanSignal: Int32 = SIGTERM,
      orphanGraceSeconds: Int = 10
    ) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
      self.outputPath = outputPath
      self.workingDirectory = workingDirectory
      self.runAs = runAs
      self.orphanSignal = orphanSignal
      self.orphanGraceSeconds = orphanGraceSeconds
    }
  }

  /// How a child ended.
  package enum ExitStatus: Sendable, Hashable {
    /// It returned or called `exit` with this code.
    case code(Int32)
    /// A signal ended it.
    case signal(Int32)

    /// Whether the child ended with code 0.
    package var isSuccess: Bool { self == .code(0) }
  }

  /// One rung of the ladder that `stop` climbs down.
  package struct StopStep: Sendable {
    /// The signal to send.
    package var signal: Int32
    /// How long to wait for the child to end before the next rung.
    package var patience: Duration

    /// Creates a rung.
    package init(_ signal: Int32, patience: Duration) {
      self.signal = signal
      self.patience = patience
    }
  }

  private struct State {
    var status: ExitStatus?
    var lifeline: Int32
    var nextWaiter = 0
    var waiters: [Int: CheckedContinuation<ExitStatus?, Never>] = [:]
  }

  /// The id of the program's process.
  package let processID: Int32
  private let state: Mutex<State>

  private init(processID: Int32, lifeline: Int32) {
    self.processID = processID
    self.state = Mutex(State(lifeline: lifeline))
  }

  deinit {
    // A forgotten child is stopped by its watchdog.
    let lifeline = state.withLock { $0.lifeline }
    if lifeline >= 0 { close(lifeline) }
  }

  /// Starts a program.
  ///
  /// A program that cannot be executed ends with code 127 and the shell's message in the output file.
  /// - Throws: `EmbeddedStoreError` when the process cannot be created or the user cannot be changed.
  package static func start(_ configuration: Configuration) throws(EmbeddedStoreError) -> ChildProcess {
    let (processID, lifeline) = try ChildProcessLaunch.spawn(configuration)
    let child = ChildProcess(processID: processID, lifeline: lifeline)
    // `waitpid` blocks, so it gets a thread of its own: there are two or three children in a whole process, and a
    // Dispatch worker or a thread of the cooperative pool must not be held that long. The thread holds the child
    // weakly only through `Reaper`, so that a forgotten child is still stopped by `deinit`.
    Reaper.watch(processID) { [weak child] status in child?.markExited(status) }
    return child
  }

  /// How the child ended, or `nil` while it runs.
  package var exitStatus: ExitStatus? { state.withLock { $0.status } }

  /// Sends a signal unless the child has ended; a reused process id is never hit.
  /// - Returns: whether the signal was sent.
  @discardableResult
  package func signal(_ number: Int32) -> Bool {
    state.withLock { state in state.status == nil && kill(processID, number) == 0 }
  }

  /// Waits for the end of the child. Does not react to cancellation, so it also serves in clean-up code.
  /// - Parameter timeout: how long to wait.
  /// - Returns: how it ended, or `nil` when it still runs after `timeout`.
  package func waitForExit(within timeout: Duration) async -> ExitStatus? {
    await withCheckedContinuation { continuation in
      guard let id = addWaiter(continuation) else { return }
      DispatchQueue.global().asyncAfter(deadline: .now() + timeout.seconds) { [self] in resumeWaiter(id) }
    }
  }

  /// Waits for the end of the child for as long as it takes.
  /// - Returns: how it ended, or `nil` when the calling task was cancelled first.
  package func waitForExit() async -> ExitStatus? {
    let ticket = Mutex<(id: Int?, cancelled: Bool)>((nil, false))
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard let id = addWaiter(continuation) else { return }
        let cancelled = ticket.withLock { ticket in
          ticket.id = id
          return ticket.cancelled
        }
        if cancelled { resumeWaiter(id) }
      }
    } onCancel: {
      let id = ticket.withLock { ticket in
        ticket.cancelled = true
        return ticket.id
      }
      if let id { resumeWaiter(id) }
    }
  }

  /// Stops the child: sends each signal in turn and waits for it to work; at the end `SIGKILL`.
  /// - Parameter ladder: what to try before `SIGKILL`.
  /// - Returns: how the child ended; `nil` only if the kernel cannot even kill it (a hung disk, for instance).
  @discardableResult
  package func stop(_ ladder: [StopStep] = [StopStep(SIGTERM, patience: .seconds(10))]) async -> ExitStatus? {
    for step in ladder {
      if let status = exitStatus { return status }
      signal(step.signal)
      if let status = await waitForExit(within: step.patience) { return status }
    }
    signal(SIGKILL)
    return await waitForExit(within: .seconds(10))
  }

  /// Returns `nil` (and resumes at once) when the child has already ended.
  private func addWaiter(_ continuation: CheckedContinuation<ExitStatus?, Never>) -> Int? {
    let (status, id) = state.withLock { state -> (ExitStatus?, Int?) in
      if let status = state.status { return (status, nil) }
      let id = state.nextWaiter
      state.nextWaiter += 1
      state.waiters[id] = continuation
      return (nil, id)
    }
    if let status { continuation.resume(returning: status) }
    return id
  }

  private func resumeWaiter(_ id: Int) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
  }

  /// Called on the reaper's thread while the child is still a zombie, so `signal` cannot hit a reused id.
  private func markExited(_ status: ExitStatus) {
    let (waiters, lifeline) = state.withLock { state in
      state.status = status
      let answer = (state.waiters, state.lifeline)
      state.waiters = [:]
      state.lifeline = -1
      return answer
    }
    if lifeline >= 0 {
      // A byte tells the watchdog that all is well; a bare end of file would make it kill a process id we gave up.
      var newline = UInt8(ascii: "\n")
      _ = send(lifeline, &newline, 1, Int32(MSG_NOSIGNAL))
      close(lifeline)
    }
    for waiter in waiters.values { waiter.resume(returning: status) }
  }
}
