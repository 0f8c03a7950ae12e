extension RedisConfiguration {
  /// Reads `redis://[[user]:password@]host[:port][/database][?key=value…]` or `unix:///path[?db=…]`.
  ///
  /// User and password are percent-decoded. `redis+unix:` means `unix:`.
  /// - Throws: ``RedisError/Code/invalidConfiguration``, also for `rediss:` (TLS), which is not supported, and for
  ///   unknown keys; the password is never part of the message.
  package init(url: String) throws(RedisError) {
    guard let colon = url.firstRange(of: "://") else {
      throw Self.invalid("a Redis URL starts with redis:// or unix://")
    }
    let scheme = url[..<colon.lowerBound].lowercased()
    let rest = url[colon.upperBound...]
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let location = parts[0]
    switch scheme {
    case "redis": try self.init(location: location)
    case "unix", "redis+unix":
      var path = location
      let user = Self.cutUser(from: &path)
      guard path.hasPrefix("/") else { throw Self.invalid("a unix URL needs an absolute path: unix:///path") }
      self.init(endpoint: .unix(path: try Self.percentDecoded(path)))
      try logIn(as: user)
    case "rediss":
      throw Self.invalid("rediss (TLS) is not supported: use redis:// through a TLS proxy, or a Unix socket")
    default: throw Self.invalid("unknown scheme in a Redis URL; use redis:// or unix://")
    }
    if parts.count == 2 { try apply(query: parts[1]) }
    try validate()
  }

  private init(location: Substring) throws(RedisError) {
    var authority = location
    var path: Substring = ""
    if let slash = location.lastIndex(of: "/"), location[slash...].firstIndex(of: "@") == nil {
      authority = location[..<slash]
      path = location[slash...].dropFirst()
    }
    let user = Self.cutUser(from: &authority)
    var host = authority
    var port = 6379
    if authority.hasPrefix("["), let bracket = authority.firstIndex(of: "]") {
      host = authority[authority.index(after: authority.startIndex)..<bracket]
      let tail = authority[authority.index(after: bracket)...]
      if !tail.isEmpty { port = try Self.port(tail) }
    } else if let colon = authority.lastIndex(of: ":") {
      host = authority[..<colon]
      port = try Self.port(authority[colon...])
    }
    self.init(endpoint: .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port))
    try logIn(as: user)
    if !path.isEmpty {
      guard let database = Int(decimal: path.utf8) else {
        throw Self.invalid("the path of a Redis URL is the number of the database")
      }
      self.database = database
    }
  }

  private mutating func logIn(as user: Substring?) throws(RedisError) {
    guard let user else { return }
    let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw Self.invalid("a user in a Redis URL needs a password: user:password@") }
    username = parts[0].isEmpty ? nil : try Self.percentDecoded(parts[0])
    password = try Self.percentDecoded(parts[1])
  }

  private mutating func apply(query: Substring) throws(RedisError) {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Self.invalid("a key in a Redis URL without value") }
      switch (parts[0], parts[1]) {
      case ("db", let text):
        guard let number = Int(decimal: text.utf8) else { throw Self.invalid("db must be a number") }
        database = number
      case ("connections", let text):
        guard let number = Int(decimal: text.utf8) else { throw Self.invalid("connections must be a number") }
        connectionsPerNode = number
      case ("cluster", "true"): topology = .cluster
      case ("cluster", "false"): topology = .single
      default: throw Self.invalid("unknown key or value in a Redis URL; known are db, connections and cluster")
      }
    }
  }

  private static func cutUser(from authority: inout Substring) -> Substring? {
    guard let at = authority.lastIndex(of: "@") else { return nil }
    defer { authority = authority[authority.index(after: at)...] }
    return authority[..<at]
  }

  private static func port(_ text: Substring) throws(RedisError) -> Int {
    guard text.hasPrefix(":"), let port = Int(decimal: text.dropFirst().utf8), (1...65_535).contains(port) else {
      throw invalid("the port of a Redis URL is a number from 1 to 65535")
    }
    return port
  }

  private static func percentDecoded(_ text: Substring) throws(RedisError) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
        throw invalid("a percent sign in a Redis URL stands before two hexadecimal digits")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
      throw invalid("a Redis URL must decode to UTF-8")
    }
    return decoded
  }

  private static func invalid(_ message: String) -> RedisError { RedisError(.invalidConfiguration, message) }
}
