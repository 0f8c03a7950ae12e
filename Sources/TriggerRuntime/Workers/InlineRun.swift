import Glibc

/// A job that is being done on the thread that handed it over, nested in `WorkerPool.submit`.
struct InlineRun {
  /// How many may be nested: functions that call functions use the stack of one thread.
  private static let maxDepth = 8

  /// The innermost one of each thread.
  private static let key = {
    var key = pthread_key_t()
    precondition(pthread_key_create(&key, nil) == 0, "no key for threads is left")
    return key
  }()

  private let worker: Unmanaged<PoolWorker>
  private let depth: Int
  /// The worker's task, where it has come to rest.
  private var rested: UnownedJob?

  private static var innermost: UnsafeMutablePointer<InlineRun>? {
    pthread_getspecific(key)?.assumingMemoryBound(to: InlineRun.self)
  }

  /// Whether one more may be nested on this thread.
  static var isPossible: Bool { (innermost?.pointee.depth ?? 0) < maxDepth }

  /// Runs a worker's task up to its next suspension.
  /// - Returns: the task where it has come to rest again; nil where its job is not over.
  static func run(_ task: UnownedJob, of worker: Unmanaged<PoolWorker>) -> UnownedJob? {
    let outer = innermost
    var run = InlineRun(worker: worker, depth: (outer?.pointee.depth ?? 0) + 1)
    return withUnsafeMutablePointer(to: &run) { run in
      pthread_setspecific(key, run)
      PoolWorker.run(task)
      pthread_setspecific(key, outer)
      return run.pointee.rested
    }
  }

  /// Keeps a worker's task that has come to rest, where it is being run on this very thread.
  /// - Returns: whether it does.
  static func keep(_ task: UnownedJob, of worker: PoolWorker) -> Bool {
    guard let innermost, innermost.pointee.worker.toOpaque() == Unmanaged.passUnretained(worker).toOpaque() else {
      return false
    }
    innermost.pointee.rested = task
    return true
  }

  private init(worker: Unmanaged<PoolWorker>, depth: Int) {
    self.worker = worker
    self.depth = depth
  }
}
