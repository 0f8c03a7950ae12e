/// What to do about a failed command before its deadline.
enum Recovery: Equatable {
  /// The failure is final.
  case giveUp
  /// The server does not know the script: tell it and send again.
  case loadScript(RedisScript)
  /// The slot belongs to another node now.
  case moved(slot: Int, to: RedisConfiguration.Endpoint)
  /// This once, another node has the key: its slot is being moved.
  case ask(RedisConfiguration.Endpoint)
  /// The node is gone or the cluster is without it: learn the map again, wait a moment and send again.
  case refresh
  /// The server will be able to answer in a moment.
  case later

  /// - Parameters:
  ///   - error: the failure
  ///   - script: the script that the command runs
  ///   - host: the host of the node that answered; stands for an address without host
  ///   - isCluster: whether other nodes may be asked
  ///   - followsRedirects: whether the server may turn out to be a cluster
  init(
    _ error: RedisError, script: RedisScript?, askedHost host: String, isCluster: Bool, followsRedirects: Bool
  ) {
    switch error.serverPrefix {
    case nil:
      self = isCluster && (error.code == .connectFailed || error.code == .clusterDown) ? .refresh : .giveUp
    case "LOADING", "TRYAGAIN", "MASTERDOWN": self = .later
    case "CLUSTERDOWN": self = isCluster || followsRedirects ? .refresh : .giveUp
    case "NOSCRIPT": self = script.map { .loadScript($0) } ?? .giveUp
    case "MOVED", "ASK":
      guard followsRedirects, let (slot, endpoint) = Self.target(error.detail, host) else {
        self = .giveUp
        return
      }
      self = error.serverPrefix == "ASK" ? .ask(endpoint) : .moved(slot: slot, to: endpoint)
    default: self = .giveUp
    }
  }

  /// Reads `MOVED 3999 127.0.0.1:6381`; the host may be empty or an IPv6 address.
  private static func target(_ message: String, _ host: String) -> (Int, RedisConfiguration.Endpoint)? {
    let words = message.split(separator: " ")
    guard words.count >= 3, let slot = Int(decimal: words[1].utf8), slot < KeySlot.count, slot >= 0,
      let colon = words[2].lastIndex(of: ":"), let port = Int(decimal: words[2][colon...].dropFirst().utf8),
      (1...65_535).contains(port)
    else { return nil }
    let name = words[2][..<colon]
    return (slot, .tcp(host: name.isEmpty || name == "?" ? host : String(name), port: port))
  }
}
