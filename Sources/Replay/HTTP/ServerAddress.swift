/// Where the server listens.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// A host and port.
  case tcp(host: String, port: Int)
  /// A Unix socket.
  case unix(path: String)

  /// Reads `http://127.0.0.1:8070`, `127.0.0.1:8070`, `http://[::1]:8070`, `:8070` or `unix:/run/cabstand.sock`.
  /// - Parameter text: the text; without a port it is 80.
  /// - Returns: nil where it is none of them.
  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst("unix:".count))
      guard !path.isEmpty else { return nil }
      self = .unix(path: path)
      return
    }
    if text.hasPrefix("/") {
      self = .unix(path: text)
      return
    }
    var rest = Substring(text)
    if rest.hasPrefix("http://") { rest = rest.dropFirst("http://".count) }
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    guard !rest.contains("/"), !rest.isEmpty else { return nil }
    if rest.hasPrefix("[") {
      guard let close = rest.firstIndex(of: "]") else { return nil }
      let host = rest[rest.index(after: rest.startIndex)..<close]
      let tail = rest[rest.index(after: close)...]
      guard let port = Self.port(tail.isEmpty ? ":80" : tail) else { return nil }
      self = .tcp(host: String(host), port: port)
      return
    }
    guard let colon = rest.firstIndex(of: ":") else {
      self = .tcp(host: String(rest), port: 80)
      return
    }
    guard let port = Self.port(rest[colon...]) else { return nil }
    let host = rest[..<colon]
    self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
  }

  private static func port(_ text: Substring) -> Int? {
    guard text.hasPrefix(":"), let port = Int(text.dropFirst()), (1...65_535).contains(port) else { return nil }
    return port
  }

  /// The value of the `Host` header.
  package var hostHeader: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix: "localhost"
    }
  }

  package var description: String {
    switch self {
    case .tcp: "http://" + hostHeader
    case .unix(let path): "unix:" + path
    }
  }
}
