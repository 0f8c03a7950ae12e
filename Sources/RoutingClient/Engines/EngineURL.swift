/// Where a routing engine is, and which of its languages it speaks: `osrm+http://127.0.0.1:5000` or
/// `valhalla+http://127.0.0.1:8002`.
package struct EngineURL: Sendable, Hashable, CustomStringConvertible {
  /// The HTTP interface of an engine.
  package enum Kind: String, Sendable, CaseIterable {
    /// OSRM's, version 1.
    case osrm
    /// Valhalla's.
    case valhalla

    /// The port that the engine listens on unless told otherwise.
    var defaultPort: Int { self == .osrm ? 5_000 : 8_002 }
    /// How the engine calls driving a car, unless told otherwise.
    var defaultProfile: String { self == .osrm ? "driving" : "auto" }
  }

  package var kind: Kind
  package var host: String
  package var port: Int
  /// What stands before every path of the interface, such as `/routing` behind a proxy; empty or without a slash at its end.
  package var prefix: String
  /// OSRM's profile or Valhalla's costing.
  package var profile: String

  /// Reads `<engine>+http://<host>[:<port>][/<prefix>][?profile=<name>]`.
  /// - Throws: `EngineURLError` with what is wrong.
  package init(_ text: String) throws(EngineURLError) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw EngineURLError(reason: "it has characters that belong in no URL")
    }
    guard let separator = text.firstRange(of: "+http://"),
      let kind = Kind(rawValue: String(text[..<separator.lowerBound]))
    else { throw EngineURLError(reason: "it begins neither with osrm+http:// nor with valhalla+http://") }
    var rest = text[separator.upperBound...]
    var profile = kind.defaultProfile
    if let question = rest.firstIndex(of: "?") {
      let query = rest[rest.index(after: question)...]
      rest = rest[..<question]
      guard query.hasPrefix("profile="), Self.isName(query.dropFirst("profile=".count)) else {
        throw EngineURLError(reason: "after the question mark only profile=<name> is known")
      }
      profile = String(query.dropFirst("profile=".count))
    }
    var prefix = ""
    if let slash = rest.firstIndex(of: "/") {
      prefix = String(rest[slash...])
      rest = rest[..<slash]
      while prefix.hasSuffix("/") { prefix.removeLast() }
    }
    guard !rest.contains("@"), !prefix.contains("#") else {
      throw EngineURLError(reason: "names, passwords and fragments have no place in it")
    }
    (host, port) = try Self.hostAndPort(rest, default: kind.defaultPort)
    self.kind = kind
    self.prefix = prefix
    self.profile = profile
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }

  private static func hostAndPort(_ text: Substring, default port: Int) throws(EngineURLError) -> (String, Int) {
    var host = text
    var tail = Substring()
    if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<close]
      tail = text[text.index(after: close)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      tail = text[colon...]
    }
    guard !host.isEmpty else { throw EngineURLError(reason: "it names no host") }
    if tail.isEmpty { return (String(host), port) }
    guard tail.hasPrefix(":"), let number = Int(tail.dropFirst()), (1...65_535).contains(number) else {
      throw EngineURLError(reason: "the port must be from 1 to 65535")
    }
    return (String(host), number)
  }

  /// The value of the `Host` header.
  package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  package var description: String { "\(kind.rawValue)+http://\(authority)\(prefix)?profile=\(profile)" }
}

/// Why a text is not the URL of a routing engine.
package struct EngineURLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, to follow the URL in a sentence.
  package var reason: String

  package var description: String { reason }
}
