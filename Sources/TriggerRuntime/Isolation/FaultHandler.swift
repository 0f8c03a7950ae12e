import Glibc
import Synchronization

/// Notes what a fatal signal met, tells the supervisor at once, and lets Swift's own handler go on to write the backtrace.
///
/// The supervisor must not wait for the end of the process: writing the backtrace takes seconds.
package enum FaultHandler {
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]

  /// What the handler uses; made before the handler is installed and never freed.
  private struct Store {
    var journal: Unmanaged<InvocationJournal>?
    var descriptor: Int32 = -1
    var previous: UnsafeMutablePointer<sigaction>
  }

  nonisolated(unsafe) private static let store = {
    let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    previous.initialize(repeating: sigaction(), count: 65)
    let store = UnsafeMutablePointer<Store>.allocate(capacity: 1)
    store.initialize(to: Store(previous: previous))
    return store
  }()

  /// Installs the handler.
  /// - Parameters:
  ///   - journal: where the invocation at fault is marked.
  ///   - descriptor: where `crash` is written.
  package static func install(journal: InvocationJournal, descriptor: Int32) {
    store.pointee.journal = Unmanaged.passRetained(journal)
    store.pointee.descriptor = descriptor
    _ = InvocationJournal.record
    for number in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_sigaction = { number, info, context in
        FaultHandler.handle(number, info, context)
      }
      action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_ONSTACK)) | SA_NODEFER
      sigaction(number, &action, store.pointee.previous + Int(number))
    }
    // A function that calls exit() ends the process like any fault.
    atexit { FaultHandler.note() }
  }

  /// The process is about to end in order: from now on its end is no fault.
  package static func disarm() {
    store.pointee.descriptor = -1
  }

  private static func note() {
    guard store.pointee.descriptor >= 0, let journal = store.pointee.journal else { return }
    let record = InvocationJournal.record
    if record >= 0 { journal._withUnsafeGuaranteedRef { $0.markFault(record) } }
    let text: StaticString = "crash\n"
    _ = write(store.pointee.descriptor, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func handle(
    _ number: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
  ) {
    note()
    store.pointee.descriptor = -1
    var previous = store.pointee.previous[Int(number)]
    if previous.sa_flags & SA_SIGINFO != 0, let next = previous.__sigaction_handler.sa_sigaction {
      next(number, info, context)
      return
    }
    // The signal comes again with the system's own answer, which ends the process.
    previous.__sigaction_handler.sa_handler = nil
    previous.sa_flags = 0
    sigaction(number, &previous, nil)
    if number == SIGABRT { raise(number) }
  }
}
