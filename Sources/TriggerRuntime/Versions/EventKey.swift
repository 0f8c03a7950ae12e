import FunctionKit

/// What keeps the events of one thing, such as a ride, on one version of a function.
enum EventKey: Equatable {
  /// The partition key, else the subject, else the route's parameters, else the caller, else the event's id.
  case fitting
  case subject
  case caller
  case parameter(String)
  case header(String)
  case `extension`(String)

  /// Reads `spec.partitionKey`.
  /// - Throws: `SetupError` where it is none of the forms.
  init(_ text: String?) throws {
    guard let text else {
      self = .fitting
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count == 2 && !parts[1].isEmpty ? parts[1] : nil) {
    case ("subject", nil) where parts.count == 1: self = .subject
    case ("caller", nil) where parts.count == 1: self = .caller
    case ("parameter", let name?): self = .parameter(name)
    case ("header", let name?): self = .header(name.lowercased())
    case ("extension", let name?): self = .extension(name.lowercased())
    default:
      throw SetupError("expected subject, caller, parameter:<name>, header:<name> or extension:<name>, found \(text)")
    }
  }

  /// The key of an event; what has none is by itself.
  func key(of event: Event, caller: Caller) -> String {
    switch self {
    case .fitting: Self.fitting(event, caller)
    case .subject: event.subject ?? event.id
    case .caller: caller == .anonymous ? event.id : caller.description
    case .parameter(let name): event.request?.parameters[name] ?? event.id
    case .header(let name): event.request?.header(name) ?? event.id
    case .extension(let name): event.extensions[name] ?? event.id
    }
  }

  private static func fitting(_ event: Event, _ caller: Caller) -> String {
    if let key = event.extensions["partitionkey"] ?? event.subject { return key }
    if let parameters = event.request?.parameters, !parameters.isEmpty {
      if parameters.count == 1, let value = parameters.values.first { return value }
      return parameters.sorted { $0.key < $1.key }.map(\.value).joined(separator: "/")
    }
    return caller == .anonymous ? event.id : caller.description
  }
}
