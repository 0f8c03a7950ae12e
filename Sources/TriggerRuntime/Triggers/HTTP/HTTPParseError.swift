/// Why a request cannot be read.
enum HTTPParseError: Error, Equatable, Sendable {
  case malformed(String)
  case uriTooLong
  case headersTooLarge
  case versionNotSupported
  case codingNotSupported
  case bodyTooLarge

  /// The HTTP status that answers it.
  var status: Int {
    switch self {
    case .malformed: 400
    case .uriTooLong: 414
    case .headersTooLarge: 431
    case .versionNotSupported: 505
    case .codingNotSupported: 501
    case .bodyTooLarge: 413
    }
  }

  /// The stable code of the problem document.
  var code: String {
    switch self {
    case .malformed: "malformedRequest"
    case .uriTooLong: "uriTooLong"
    case .headersTooLarge: "headersTooLarge"
    case .versionNotSupported: "httpVersionNotSupported"
    case .codingNotSupported: "transferCodingNotSupported"
    case .bodyTooLarge: "bodyTooLarge"
    }
  }

  /// What is wrong, for people.
  var detail: String {
    switch self {
    case .malformed(let what): what
    case .uriTooLong: "the request target is longer than this server accepts"
    case .headersTooLarge: "the header fields are more or larger than this server accepts"
    case .versionNotSupported: "this server speaks HTTP/1.1 and HTTP/1.0"
    case .codingNotSupported: "the only transfer coding that this server takes is chunked"
    case .bodyTooLarge: "the body is larger than this route accepts"
    }
  }
}
