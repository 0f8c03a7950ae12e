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

  /// Where on a thread one may begin.
  struct Place {
    fileprivate let key: pthread_key_t
    fileprivate let outer: UnsafeMutableRawPointer?
    fileprivate let depth: Int
  }

  /// Where on this thread one more may be nested; nil where none may.
  static var place: Place? {
    let key = key
    guard let outer = pthread_getspecific(key) else { return Place(key: key, outer: nil, depth: 1) }
    let depth = outer.assumingMemoryBound(to: InlineRun.self).pointee.depth + 1
    return depth <= maxDepth ? Place(key: key, outer: outer, depth: depth) : nil
  }

  private let worker: Unmanaged<PoolWorker>
  private let depth: Int
  /// The worker's task, where it has come to rest.
  private var rested: UnownedJob?

  /// The innermost one of this thread.
  @inline(__always) private static var innermost: UnsafeMutablePointer<InlineRun>? {
    pthread_getspecific(key)?.assumingMemoryBound(to: InlineRun.self)
  }

  /// Runs a worker's task up to its next suspension.
  /// - Parameters:
  ///   - task: the worker's task.
  ///   - worker: the worker.
  ///   - place: where on this thread.
  /// - Returns: the task where it has come to rest again; nil where its job is not over.
  static func run(_ task: UnownedJob, of worker: Unmanaged<PoolWorker>, in place: Place) -> UnownedJob? {
    var run = InlineRun(worker: worker, depth: place.depth)
    return withUnsafeMutablePointer(to: &run) { run in
      pthread_setspecific(place.key, run)
      PoolWorker.run(task)
      pthread_setspecific(place.key, place.outer)
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
