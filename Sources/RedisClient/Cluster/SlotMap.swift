/// Which node serves which slot.
struct SlotMap: Sendable {
  typealias Endpoint = RedisConfiguration.Endpoint

  private(set) var endpoints: [Endpoint] = []
  /// For each slot the place of its endpoint plus one; zero for a slot that nobody serves.
  private var owners = [UInt16](repeating: 0, count: KeySlot.count)

  /// A map in which nobody serves anything.
  init() {}

  /// Reads the answer to `CLUSTER SLOTS`.
  /// - Parameters:
  ///   - value: the answer
  ///   - host: the host that answered; stands for nodes that do not know their own address
  /// - Throws: ``RedisError/Code/unexpectedReply``
  init(_ value: RedisValue, askedHost host: String) throws(RedisError) {
    for range in try value.array() {
      let parts = try range.array()
      guard parts.count >= 3, case let first = try parts[0].integer(), case let last = try parts[1].integer(),
        0 <= first, first <= last, last < KeySlot.count, case let node = try parts[2].array(), node.count >= 2
      else { throw RedisError(.unexpectedReply, "CLUSTER SLOTS of an unknown shape") }
      let name = try node[0].optionalString() ?? ""
      let endpoint = Endpoint.tcp(host: name.isEmpty || name == "?" ? host : name, port: try node[1].integer())
      let owner = number(of: endpoint)
      for slot in first...last { owners[slot] = owner }
    }
  }

  /// The node that serves a slot.
  subscript(slot: Int) -> Endpoint? {
    guard owners.indices.contains(slot), owners[slot] > 0 else { return nil }
    return endpoints[Int(owners[slot]) - 1]
  }

  /// Learns that a slot has moved.
  mutating func move(_ slot: Int, to endpoint: Endpoint) {
    guard owners.indices.contains(slot) else { return }
    owners[slot] = number(of: endpoint)
  }

  private mutating func number(of endpoint: Endpoint) -> UInt16 {
    if let index = endpoints.firstIndex(of: endpoint) { return UInt16(index + 1) }
    // Each node has a slot at least, so there are never more nodes than slots; a hostile map stops being learnt.
    guard endpoints.count < KeySlot.count else { return 0 }
    endpoints.append(endpoint)
    return UInt16(endpoints.count)
  }
}
