/// A failure that a function reports on purpose; its kind decides whether it is retried and which HTTP status answers it.
public struct FunctionError: Error, Sendable, CustomStringConvertible {
  /// How a failure is treated.
  public enum Kind: String, Sendable, CaseIterable {
    /// The event can never be handled as it is; never retried; 400.
    case badInput
    /// The event is well-formed but breaks a rule; never retried; 422.
    case unprocessable
    /// It came in a form that nobody reads here; never retried; 415.
    case unsupported
    /// What it names does not exist; never retried; 404.
    case notFound
    /// The caller may not do this; never retried; 403.
    case forbidden
    /// The present state forbids it: another won, or the transition is illegal; never retried; 409.
    case conflict
    /// What it names existed but is over, for example an expired offer; never retried; 410.
    case gone
    /// Too much is going on; retried later; 429.
    case overloaded
    /// Something outside failed for now; retried by the trigger's policy; 503.
    case transient
  }

  /// How the failure is treated.
  public var kind: Kind
  /// A stable, machine-readable code such as `offerExpired`.
  public var code: String
  /// What happened, for people.
  public var message: String
  /// The field at fault, as a path into the input such as `[3].latitude`.
  public var field: String?

  /// Creates a failure.
  /// - Parameters:
  ///   - kind: how it is treated.
  ///   - code: a stable, machine-readable code.
  ///   - message: what happened and what was expected, for people.
  ///   - field: the field at fault.
  public init(_ kind: Kind, code: String, _ message: String, field: String? = nil) {
    self.kind = kind
    self.code = code
    self.message = message
    self.field = field
  }

  /// The HTTP status that answers this failure.
  public var status: Int {
    switch kind {
    case .badInput: 400
    case .unprocessable: 422
    case .unsupported: 415
    case .notFound: 404
    case .forbidden: 403
    case .conflict: 409
    case .gone: 410
    case .overloaded: 429
    case .transient: 503
    }
  }

  /// Whether trying again may help.
  public var isRetriable: Bool { kind == .transient || kind == .overloaded }

  /// Code and message.
  public var description: String { "\(code): \(message)" }
}
