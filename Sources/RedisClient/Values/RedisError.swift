/// Why a Redis command has no good answer.
///
/// `description` names the kind only, so that it can be logged anywhere; what the server or the network said is in
/// `String(reflecting:)`.
package struct RedisError: Error, Sendable, Hashable {
  /// The kind of a failure.
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Base: String {
      case connectFailed, connectionLost, timeout, cancelled, overloaded, closed, authenticationFailed
      case server, protocolViolation, clusterDown, tooManyRedirects, unexpectedReply, transactionAborted
      case invalidConfiguration, invalidCommand
    }
    private let base: Base

    /// No connection could be made before the deadline; nothing was sent.
    package static let connectFailed = Code(base: .connectFailed)
    /// The connection went away after the command was written: it may or may not have run.
    package static let connectionLost = Code(base: .connectionLost)
    /// The deadline passed before the answer came.
    package static let timeout = Code(base: .timeout)
    /// The calling task was cancelled.
    package static let cancelled = Code(base: .cancelled)
    /// Too many commands or bytes wait already; nothing was sent.
    package static let overloaded = Code(base: .overloaded)
    /// The client was closed.
    package static let closed = Code(base: .closed)
    /// The server refused the user, the password or the database of the configuration.
    package static let authenticationFailed = Code(base: .authenticationFailed)
    /// The server answered with an error; see ``RedisError/serverPrefix``.
    package static let server = Code(base: .server)
    /// What came back is not RESP2; the connection was closed.
    package static let protocolViolation = Code(base: .protocolViolation)
    /// No node of the cluster serves the slot.
    package static let clusterDown = Code(base: .clusterDown)
    /// The nodes of the cluster kept pointing at each other.
    package static let tooManyRedirects = Code(base: .tooManyRedirects)
    /// An answer of another type than the caller asked for.
    package static let unexpectedReply = Code(base: .unexpectedReply)
    /// A watched key changed, so the transaction did not run.
    package static let transactionAborted = Code(base: .transactionAborted)
    /// The configuration or its URL is wrong.
    package static let invalidConfiguration = Code(base: .invalidConfiguration)
    /// A command that cannot be sent as it is, such as a transaction over two slots.
    package static let invalidCommand = Code(base: .invalidCommand)

    /// The name of the kind.
    package var description: String { base.rawValue }
  }

  /// Shared so that an error is one word in every result.
  private final class Storage: Sendable {
    let code: Code
    let serverPrefix: String
    let detail: String
    let mayHaveExecuted: Bool

    init(code: Code, serverPrefix: String, detail: String, mayHaveExecuted: Bool) {
      self.code = code
      self.serverPrefix = serverPrefix
      self.detail = detail
      self.mayHaveExecuted = mayHaveExecuted
    }
  }

  private let storage: Storage

  /// Makes an error.
  /// - Parameters:
  ///   - code: the kind
  ///   - detail: what happened, for the log of a developer; never shown by `description`
  ///   - mayHaveExecuted: whether the command may have had its effect
  package init(_ code: Code, _ detail: String = "", mayHaveExecuted: Bool = false) {
    storage = Storage(code: code, serverPrefix: "", detail: detail, mayHaveExecuted: mayHaveExecuted)
  }

  /// Makes the error that a server's answer stands for.
  /// - Parameter message: the error line without its leading `-`, for example `WRONGTYPE Operation against …`
  package init(serverMessage message: String) {
    let prefix = message.prefix { $0 != " " }
    let isPrefix =
      !prefix.isEmpty
      && prefix.utf8.allSatisfy { byte in
        // Capitals, digits, hyphen and underscore: scripts of ours use such words too.
        (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
      }
    storage = Storage(
      code: .server, serverPrefix: isPrefix ? String(prefix) : "ERR", detail: message, mayHaveExecuted: false)
  }

  /// The kind of the failure.
  package var code: Code { storage.code }

  /// The first word of the server's error, such as `WRONGTYPE` or `NOSCRIPT`; nil when the server did not answer.
  package var serverPrefix: String? { storage.code == .server ? storage.serverPrefix : nil }

  /// What the server or the network said; may hold keys and values.
  package var detail: String { storage.detail }

  /// Whether the command may have had its effect although no answer came.
  package var mayHaveExecuted: Bool { storage.mayHaveExecuted }

  /// Whether the same command may succeed later without anything being changed.
  ///
  /// Look at ``mayHaveExecuted`` too before sending a command again that is not idempotent.
  package var isTransient: Bool {
    switch code {
    case .connectFailed, .connectionLost, .timeout, .overloaded, .clusterDown, .tooManyRedirects,
      .transactionAborted:
      true
    case .server: Self.transientPrefixes.contains(storage.serverPrefix)
    default: false
    }
  }

  private static let transientPrefixes: Set<String> = [
    "LOADING", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "BUSY", "NOREPLICAS", "OOM", "MOVED", "ASK",
    "UNBLOCKED",
  ]

  /// Two errors are equal when everything they say is.
  package static func == (left: RedisError, right: RedisError) -> Bool {
    left.storage === right.storage
      || (left.code == right.code && left.detail == right.detail && left.mayHaveExecuted == right.mayHaveExecuted)
  }

  /// Hashes what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(code)
    hasher.combine(detail)
    hasher.combine(mayHaveExecuted)
  }
}

extension RedisError: CustomStringConvertible, CustomDebugStringConvertible {
  /// The kind, and the server's prefix where there is one; holds no keys, values or addresses.
  package var description: String {
    serverPrefix.map { "RedisError(\(code), \($0))" } ?? "RedisError(\(code))"
  }

  /// Everything known; may hold keys and values.
  package var debugDescription: String {
    "RedisError(\(code), mayHaveExecuted: \(mayHaveExecuted), \(detail))"
  }
}
