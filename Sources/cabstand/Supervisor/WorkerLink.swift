import Dispatch
import Glibc
import Synchronization
import TriggerRuntime

/// What ties a worker process to its supervisor, on the worker's side: the socket, orders, and the journal.
struct WorkerLink: Sendable {
  /// What a supervisor tells its workers.
  enum Order: Sendable, Equatable {
    /// The stores are up and their schema is that of the program: prepare.
    case open
    /// Serve.
    case activate
    /// End in order; idle connections stay that long for one more request.
    case drain(Duration)
    /// Take over the events of a process that is gone.
    case takeOver(String)

    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      switch words.first {
      case "open": self = .open
      case "activate": self = .activate
      case "drain":
        guard words.count == 2, let milliseconds = Int(words[1]) else { return nil }
        self = .drain(.milliseconds(milliseconds))
      case "takeover":
        guard words.count == 2 else { return nil }
        self = .takeOver(String(words[1]))
      default: return nil
      }
    }

    /// The order as it is sent.
    var line: String {
      switch self {
      case .open: "open"
      case .activate: "activate"
      case .drain(let grace): "drain \(Int(grace / .milliseconds(1)))"
      case .takeOver(let consumer): "takeover \(consumer)"
      }
    }
  }

  /// Where the shared socket is in a worker.
  static let listener: Int32 = 3
  /// Where orders come from.
  static let control: Int32 = 4
  /// What tells a process that it is a worker.
  static let variable = "CABSTAND_WORKER"
  /// How long idle connections stay open where others go on behind the same socket.
  static let idleGrace = Duration.seconds(2)

  /// How many workers there are.
  let count: Int
  /// The process's name among the instances.
  let instanceID: String
  /// The other workers.
  let siblings: Siblings
  /// The journal and what crashed before.
  let isolation: WorkerIsolation

  /// The value of the variable for a worker.
  static func text(count: Int, limit: Int, instanceID: String, journal: String, crashes: String) -> String {
    "\(count),\(limit),\(instanceID),\(journal),\(crashes)"
  }

  /// The link of this process; nil where it is no worker.
  static func fromEnvironment() throws -> WorkerLink? {
    guard let text = Environment.text(variable) else { return nil }
    // Not for children of ours.
    unsetenv(variable)
    let parts = text.split(separator: ",", maxSplits: 4).map(String.init)
    guard parts.count == 5, let count = Int(parts[0]), let limit = Int(parts[1]), fcntl(control, F_GETFD) >= 0 else {
      throw WorkerLinkError()
    }
    for descriptor in [listener, control] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    let isolation = WorkerIsolation(
      journal: try InvocationJournal(path: parts[3]), crashes: try CrashTable(path: parts[4]), limit: limit)
    FaultHandler.install(journal: isolation.journal, descriptor: control)
    let directory = parts[3].split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return WorkerLink(
      count: count, instanceID: parts[2], siblings: Siblings(directory: directory, name: parts[2]),
      isolation: isolation)
  }

  /// Tells the supervisor something.
  func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = send(Self.control, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// The supervisor's orders. A worker whose supervisor is gone ends at once: its socket and its stores must be free for the next.
  func orders() -> AsyncStream<Order> {
    let (stream, continuation) = AsyncStream.makeStream(of: Order.self)
    let reader = LineReader(Self.control)
    reader.start { line in
      if let order = Order(line) { continuation.yield(order) }
    } atEnd: {
      _exit(70)
    }
    return stream
  }
}

/// The variable does not say what a supervisor would say.
struct WorkerLinkError: Error, CustomStringConvertible {
  var description: String { "\(WorkerLink.variable) is for worker processes, which serve starts by itself" }
}

/// Reads lines from a socket on a thread of the system's own.
final class LineReader: Sendable {
  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Begins to read.
  func start(
    _ take: @escaping @Sendable (Substring) -> Void, atEnd end: @escaping @Sendable () -> Void
  ) {
    let descriptor = descriptor
    let queue = DispatchQueue(label: "cabstand.lines")
    queue.async {
      var pending: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 512)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        pending += buffer[..<count]
        while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
          take(String(decoding: pending[..<newline], as: UTF8.self)[...])
          pending.removeSubrange(...newline)
        }
      }
      end()
    }
  }
}
