import Dispatch
import Glibc

/// Waits for children on threads of their own.
package enum Reaper {
  private final class Job {
    let processID: Int32
    let ended: @Sendable (ChildProcess.ExitStatus) -> Void
    init(_ processID: Int32, _ ended: @escaping @Sendable (ChildProcess.ExitStatus) -> Void) {
      self.processID = processID
      self.ended = ended
    }
  }

  /// Tells of the end of a child, on a thread of its own.
  package static func watch(_ processID: Int32, _ ended: @escaping @Sendable (ChildProcess.ExitStatus) -> Void) {
    let job = Unmanaged.passRetained(Job(processID, ended))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Reaper.wait(Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()) }
        return nil
      }, job.toOpaque())
    if failure == 0 { pthread_detach(thread) }
    if failure != 0 {
      let job = job.takeRetainedValue()
      DispatchQueue.global().async { [processID = job.processID, ended = job.ended] in
        Reaper.wait(Job(processID, ended))
      }
    }
  }

  private static func wait(_ job: Job) {
    var info = siginfo_t()
    // WNOWAIT first: the zombie keeps its id until everybody who might signal it knows that it is dead.
    while waitid(P_PID, id_t(job.processID), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    let code = info._sifields._sigchld.si_status
    job.ended(info.si_code == Int32(CLD_EXITED) ? .code(code) : .signal(code))
    var status: Int32 = 0
    while waitpid(job.processID, &status, 0) == -1 && errno == EINTR {}
  }
}
