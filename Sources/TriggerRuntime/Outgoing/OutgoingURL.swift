import FunctionKit

/// Where a request of ours goes: `http://host[:port][/path][?query]`.
///
/// No TLS: a proxy beside the process adds it where the network asks for it.
struct OutgoingURL: Hashable, Sendable, CustomStringConvertible {
  let host: String
  let port: Int
  /// Path and query, never empty.
  let target: String

  /// Reads a URL.
  /// - Throws: `SetupError` where it is none, or one of another kind.
  init(_ text: String) throws {
    guard !text.lowercased().hasPrefix("https:") else {
      throw SetupError("\(text): https is not supported; name a proxy that adds TLS")
    }
    let scheme = "http://"
    guard text.lowercased().hasPrefix(scheme), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw SetupError("\"\(text)\" is no URL such as http://host:port/path")
    }
    let rest = text.dropFirst(scheme.count).prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let after = rest.dropFirst(authority.count)
    target = after.isEmpty ? "/" : after.hasPrefix("?") ? "/" + after : String(after)
    guard !authority.contains("@") else { throw SetupError("\(text): credentials do not belong into a URL") }
    var name = authority
    var port: Substring?
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      name = authority[authority.index(after: authority.startIndex)..<end]
      let suffix = authority[authority.index(after: end)...]
      if suffix.hasPrefix(":") { port = suffix.dropFirst() }
    } else if let colon = authority.firstIndex(of: ":") {
      name = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    let number = port.map { Int($0) ?? 0 } ?? 80
    guard !name.isEmpty, (1...65_535).contains(number) else {
      throw SetupError("\"\(text)\" is no URL such as http://host:port/path")
    }
    host = String(name)
    self.port = number
  }

  private init(host: String, port: Int, target: String) {
    self.host = host
    self.port = port
    self.target = target
  }

  /// This URL with a path added to its own.
  func appending(_ path: String) -> OutgoingURL {
    OutgoingURL(host: host, port: port, target: (target.hasSuffix("/") ? String(target.dropLast()) : target) + path)
  }

  /// The value of the host field.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  var description: String { "http://\(authority)\(target)" }
}
