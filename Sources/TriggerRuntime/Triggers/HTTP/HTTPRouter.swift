import FunctionKit

/// Finds the route of a request: a tree of path segments in which a literal beats a placeholder.
struct HTTPRouter: Sendable {
  /// What a look-up found.
  enum Match: Sendable {
    /// A route and where the values of its placeholders lie, percent-encoded.
    case route(HTTPRoute, values: [Range<Int>])
    /// The path exists, the method does not; what it allows.
    case methodNotAllowed([String])
    case notFound
  }

  private struct Node: Sendable {
    var literals: [(text: [UInt8], node: Int)] = []
    var placeholder: Int?
    var routes: [HTTPRoute] = []
  }

  /// The tree; 0 is the root.
  private var nodes = [Node()]

  /// Adds a route.
  /// - Throws: `SetupError` where the method and the shape of the path are taken.
  mutating func add(_ route: HTTPRoute, path: HTTPPathTemplate) throws {
    var current = 0
    for segment in path.segments {
      current = child(of: current, segment)
    }
    if let other = nodes[current].routes.first(where: { $0.method == route.method }) {
      throw SetupError(
        "\(route.origin) wants \(route.method) \(route.template), which \(other.origin) has as "
          + "\(other.method) \(other.template)")
    }
    nodes[current].routes.append(route)
  }

  private mutating func child(of index: Int, _ segment: HTTPPathTemplate.Segment) -> Int {
    switch segment {
    case .literal(let text):
      if let found = nodes[index].literals.first(where: { $0.text == text }) { return found.node }
      nodes.append(Node())
      nodes[index].literals.append((text, nodes.count - 1))
    case .placeholder:
      if let found = nodes[index].placeholder { return found }
      nodes.append(Node())
      nodes[index].placeholder = nodes.count - 1
    }
    return nodes.count - 1
  }

  /// Finds the route of a request.
  /// - Parameters:
  ///   - method: the method; HEAD finds the route of GET where it has none of its own.
  ///   - bytes: bytes that hold the path.
  ///   - path: where the path lies in them, percent-encoded.
  func match(method: String, in bytes: [UInt8], path: Range<Int>) -> Match {
    guard let first = bytes[path].first, first == 0x2F else { return .notFound }
    var values: [Range<Int>] = []
    guard let index = find(0, bytes, from: path.lowerBound + 1, to: path.upperBound, &values) else {
      return .notFound
    }
    let routes = nodes[index].routes
    if let route = routes.first(where: { $0.method == method })
      ?? (method == "HEAD" ? routes.first(where: { $0.method == "GET" }) : nil)
    {
      return .route(route, values: values)
    }
    var allowed = Set(routes.map(\.method)).union(["OPTIONS"])
    if allowed.contains("GET") { allowed.insert("HEAD") }
    return .methodNotAllowed(allowed.sorted())
  }

  /// Walks down the tree; as deep as the longest route at most.
  private func find(
    _ index: Int, _ bytes: [UInt8], from start: Int, to end: Int, _ values: inout [Range<Int>]
  ) -> Int? {
    let stop = bytes[start..<end].firstIndex(of: 0x2F) ?? end
    let segment = bytes[start..<stop]
    for literal in nodes[index].literals where literal.text.count == segment.count {
      guard literal.text.elementsEqual(segment) else { continue }
      if let found = descend(literal.node, bytes, stop, end, &values) { return found }
    }
    guard let placeholder = nodes[index].placeholder, !segment.isEmpty else { return nil }
    values.append(start..<stop)
    if let found = descend(placeholder, bytes, stop, end, &values) { return found }
    values.removeLast()
    return nil
  }

  private func descend(
    _ index: Int, _ bytes: [UInt8], _ stop: Int, _ end: Int, _ values: inout [Range<Int>]
  ) -> Int? {
    if stop == end { return nodes[index].routes.isEmpty ? nil : index }
    return find(index, bytes, from: stop + 1, to: end, &values)
  }
}
