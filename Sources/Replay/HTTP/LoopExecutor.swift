package import NIOCore
import NIOPosix

/// An event loop as executor of actors and of tasks at once.
///
/// The actors of a replay run on the loop that owns their connections. Were the loop their serial executor only, every
/// continuation resumed by a channel would pass through the global pool before it came back (the runtime resumes
/// continuations on no particular actor); as the tasks' preferred executor it is also where they are resumed.
package final class LoopExecutor: SerialExecutor, TaskExecutor {
  /// The one that every client of this process uses; it lives as long as the process, as unowned references ask for.
  package static let shared = LoopExecutor(loop: MultiThreadedEventLoopGroup.singleton.next())

  /// The loop.
  package let loop: any EventLoop

  private init(loop: any EventLoop) {
    self.loop = loop
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute {
      job.runSynchronously(isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
    }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  package func checkIsolated() {
    loop.preconditionInEventLoop()
  }
}
