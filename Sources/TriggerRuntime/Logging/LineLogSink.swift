import Dispatch
import FunctionKit
import Logging
import Synchronization

/// Lines to stderr or a file, written by a thread that may wait for the disk.
final class LineLogSink: LogSink {
  private struct State {
    var buffer: [UInt8] = []
    var isScheduled = false
    var lost = 0
    var untold = 0
  }

  /// How many bytes wait for the disk at most.
  static let maxBufferedBytes = 4 << 20

  private let format: LogFormat
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "log")
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
    let mustSchedule = state.withLock { state in
      guard state.buffer.count + line.count <= capacity else {
        state.lost += 1
        state.untold += 1
        return false
      }
      state.buffer.append(contentsOf: line)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if mustSchedule { queue.async { self.drain() } }
  }

  func reopen() {
    queue.async { self.file.reopen() }
  }

  func flush() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      queue.async {
        self.drain()
        continuation.resume()
      }
    }
  }

  private func drain() {
    let (lines, untold) = state.withLock { state in
      defer {
        state.buffer = []
        state.isScheduled = false
        state.untold = 0
      }
      return (state.buffer, state.untold)
    }
    if !lines.isEmpty { file.write(lines) }
    guard untold > 0 else { return }
    let record = LogRecord(
      time: .realNow, level: .warning, label: "log", message: "lines were lost because the sink is too slow",
      metadata: [("count", String(untold))])
    file.write(format == .json ? record.json() : record.human())
  }
}
