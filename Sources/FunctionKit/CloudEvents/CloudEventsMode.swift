/// How events travel in an HTTP message.
public enum CloudEventsMode: String, Sendable, CaseIterable {
  /// Attributes in header fields, the data as the body.
  case binary
  /// One event as JSON.
  case structured
  /// Several events as a JSON array.
  case batched

  /// The mode that a client asks for by its `accept` field; binary where it names none.
  /// - Parameter accept: the field's value.
  public init(accept: String?) {
    let accept = (accept ?? "").lowercased()
    // The longer name first: both begin alike.
    if accept.contains("application/cloudevents-batch") {
      self = .batched
    } else {
      self = accept.contains("application/cloudevents") ? .structured : .binary
    }
  }
}
