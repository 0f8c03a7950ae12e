import FunctionKit
import Logging
import NIOPosix
import Synchronization

/// Lines to stderr or a file, written by a thread that may wait for the disk.
final class LineLogSink: LogSink {
  private struct State {
    var buffer: [UInt8] = []
    /// Whether a thread is at work, or on its way.
    var isScheduled = false
    var mustReopen = false
    var lost = 0
    var untold = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// What a thread does next.
  private struct Step {
    var lines: [UInt8]
    var reopens: Bool
    var untold: Int
    var waiters: [CheckedContinuation<Void, Never>]
  }

  /// How many bytes wait for the disk at most.
  static let maxBufferedBytes = 4 << 20

  private let format: LogFormat
  private let state = Mutex(State())
  private let file: LogFile
  private let capacity: Int

  /// Creates a sink.
  /// - Parameters:
  ///   - file: where lines go.
  ///   - format: how they are written.
  ///   - capacity: how many bytes wait at most.
  init(_ file: LogFile, format: LogFormat, capacity: Int = LineLogSink.maxBufferedBytes) {
    self.file = file
    self.format = format
    self.capacity = capacity
  }

  var lostCount: Int { state.withLock { $0.lost } }

  func write(_ record: LogRecord) {
    let line = format == .json ? record.json() : record.human()
    change { state in
      guard state.buffer.count + line.count <= capacity else {
        state.lost += 1
        state.untold += 1
        return
      }
      state.buffer.append(contentsOf: line)
    }
  }

  func reopen() {
    change { $0.mustReopen = true }
  }

  func flush() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      change { $0.waiters.append(continuation) }
    }
  }

  /// Changes what there is to do and makes sure that a thread does it, one at a time.
  private func change(_ body: (inout State) -> Void) {
    let mustSchedule = state.withLock { state in
      body(&state)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if mustSchedule { NIOThreadPool.singleton.submit { _ in self.work() } }
  }

  private func work() {
    while let step = next() {
      if step.reopens { file.reopen() }
      if !step.lines.isEmpty { file.write(step.lines) }
      if step.untold > 0 { tellOfLost(step.untold) }
      for waiter in step.waiters { waiter.resume() }
    }
  }

  private func next() -> Step? {
    state.withLock { state in
      let step = Step(
        lines: state.buffer, reopens: state.mustReopen, untold: state.untold, waiters: state.waiters)
      guard !step.lines.isEmpty || step.reopens || step.untold > 0 || !step.waiters.isEmpty else {
        state.isScheduled = false
        return nil
      }
      state.buffer = []
      state.mustReopen = false
      state.untold = 0
      state.waiters = []
      return step
    }
  }

  private func tellOfLost(_ count: Int) {
    let record = LogRecord(
      time: .realNow, level: .warning, label: "log", message: "lines were lost because the sink is too slow",
      metadata: [("count", String(count))])
    file.write(format == .json ? record.json() : record.human())
  }
}
