/// Who asked for an invocation.
public enum Caller: Hashable, Sendable, CustomStringConvertible {
  /// A driver's app.
  case driver(String)
  /// A rider's app.
  case rider(String)
  /// A person who runs the service.
  case `operator`(String)
  /// Another service, or this one's own triggers.
  case service(String)
  /// Nobody said who.
  case anonymous

  /// The role and the id.
  public var description: String {
    switch self {
    case .driver(let id): "driver:\(id)"
    case .rider(let id): "rider:\(id)"
    case .operator(let id): "operator:\(id)"
    case .service(let id): "service:\(id)"
    case .anonymous: "anonymous"
    }
  }
}
