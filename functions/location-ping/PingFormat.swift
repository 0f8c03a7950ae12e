import FunctionKit

/// The forms in which pings may come.
enum PingFormat {
  case json
  case cbor

  /// The form that a media type names; JSON where none is given.
  /// - Throws: `FunctionError` where pings have no such form.
  init(_ mediaType: String?) throws(FunctionError) {
    // What nearly everybody sends, without taking it apart.
    guard let mediaType, mediaType != "application/json" else {
      self = .json
      return
    }
    guard mediaType != "application/cbor" else {
      self = .cbor
      return
    }
    let name = mediaType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
    switch name {
    case "application/cbor": self = .cbor
    // The last is what curl says where nobody tells it otherwise; the other routes do not look at it either.
    case "", "application/json", "text/json", "application/x-www-form-urlencoded": self = .json
    case _ where name.hasPrefix("application/") && name.hasSuffix("+json"): self = .json
    default:
      throw FunctionError(
        .unsupported, code: "unsupportedMediaType",
        "Expected pings as application/json or application/cbor, found \(name.prefix(100)).", field: "Content-Type")
    }
  }
}
