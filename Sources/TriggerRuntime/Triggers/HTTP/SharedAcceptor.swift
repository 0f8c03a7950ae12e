import Glibc
import Logging
import Synchronization

/// Accepts connections from a socket that several processes listen on, on a thread of its own.
///
/// NIO's server channels take it for granted that nobody else accepts. A thread that waits in `accept` is woken alone, so that a
/// connection costs one process one wake-up, and one that is busy or gone leaves connections to the others.
final class SharedAcceptor: Sendable {
  private let listener: Int32
  private let logger: Logger
  private let take: @Sendable (Int32) -> Void
  private let thread = Mutex<pthread_t?>(nil)
  private let isStopping = Atomic(false)
  private let isOver = Atomic(false)

  /// Begins to accept.
  /// - Parameters:
  ///   - listener: the socket; stays the caller's.
  ///   - logger: where it is told that nothing can be accepted.
  ///   - take: gets every connection, on the acceptor's thread.
  /// - Throws: `IsolationError` where the system refuses.
  init(_ listener: Int32, logger: Logger, take: @escaping @Sendable (Int32) -> Void) throws {
    self.listener = listener
    self.logger = logger
    self.take = take
    // Does nothing, but ends a wait.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR2, &action, nil)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<SharedAcceptor>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    guard failure == 0 else {
      argument.release()
      throw IsolationError.system("pthread_create", failure)
    }
    self.thread.withLock { $0 = thread }
  }

  /// Ends; once it returns nothing more is accepted, and what was accepted was handed over.
  func stop() async {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    isStopping.store(true, ordering: .releasing)
    // Again and again: a signal may come just before the wait that it is to end.
    while !isOver.load(ordering: .acquiring) {
      pthread_kill(thread, SIGUSR2)
      try? await Task.sleep(for: .milliseconds(1))
    }
    pthread_join(thread, nil)
  }

  private func run() {
    // Threads of Dispatch block signals, and what they start inherits that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    while !isStopping.load(ordering: .acquiring) {
      let connection = accept(listener, nil, nil)
      guard connection < 0 else {
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        take(connection)
        continue
      }
      switch errno {
      case EINTR, ECONNABORTED, EAGAIN: continue
      default:
        logger.warning("connections cannot be accepted", metadata: ["error": .string(String(cString: strerror(errno)))])
        usleep(20_000)
      }
    }
    isOver.store(true, ordering: .releasing)
  }
}
