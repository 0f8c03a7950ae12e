import EmbeddedStores
import Glibc
import Logging
import TriggerRuntime

/// What a worker that died was doing.
struct CrashReport {
  private let entries: [InvocationJournal.Entry]
  private let isFault: Bool

  /// How many invocations are named beside the one at fault.
  private static let maxOthers = 8

  /// Reads the journal of a worker.
  /// - Parameters:
  ///   - journalPath: the journal.
  ///   - status: how the worker ended; nil where it said itself that it crashes.
  init(journalPath: String, status: ChildProcess.ExitStatus?) {
    entries = (try? InvocationJournal(path: journalPath).entries()) ?? []
    isFault =
      switch status {
      case nil: true
      case .code(let code)?: code != 0
      // Whoever sends these from outside does not do it because of an event; a process that needs too much memory is ended so, too,
      // and what it had goes by the attempts of its deliveries.
      case .signal(let number)?: ![SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(number)
      }
  }

  /// The events that are to blame: those of the invocation that crashed, or of the only one under way. Nil where nobody can tell.
  var blamed: [UInt64]? {
    guard isFault, let first = entries.first, first.isAtFault || entries.count == 1 else { return nil }
    return first.digests
  }

  /// What the log tells.
  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = ["inFlight": "\(entries.count)"]
    var others = entries[...]
    if blamed != nil, let first = others.popFirst() {
      metadata["function"] = .string(first.function)
      metadata["trigger"] = .string(first.trigger)
      metadata["event"] = .string(first.id)
      metadata["source"] = .string(first.source)
      metadata["digest"] = .string(first.digests.first.map { String($0, radix: 16) } ?? "")
      if first.eventCount > 1 { metadata["batch"] = "\(first.eventCount)" }
    }
    if !others.isEmpty {
      let names = others.prefix(Self.maxOthers).map { "\($0.function) \($0.id)" }
      metadata["others"] = .string(names.joined(separator: ", "))
    }
    return metadata
  }
}
