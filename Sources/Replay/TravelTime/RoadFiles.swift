import HexGrid

/// Reads a network of roads from two tables: nodes with positions, and edges with a length and a time or a speed.
package enum RoadFiles {
  /// Reads both; blocks, so call it off the cooperative pool.
  /// - Parameters:
  ///   - nodes: a table with `node_index`, `osmid` or `id`, and `lat`, `lon` or `y`, `x` in degrees; where there is `is_stop_only`,
  ///     ways do not lead through the nodes that have `True`.
  ///   - edges: a table with `from_node`, `to_node` or `u`, `v`; `distance` or `length` in metres; `travel_time` in seconds, or
  ///     `speed_mph` or `speed_kmh`.
  /// - Throws: `DatasetError`.
  package static func read(nodes: String, edges: String) throws(DatasetError) -> RoadNetwork {
    let found = try readNodes(nodes)
    let ways = try readEdges(edges, found.indices)
    guard let network = RoadNetwork(nodes: found.places, edges: ways, stops: found.stops) else {
      throw DatasetError(file: edges, reason: "makes no network with \(nodes)")
    }
    return network
  }

  private struct Nodes {
    /// Where in the list a node of the file is.
    var indices: [Int64: Int] = [:]
    var places: [GeoPoint] = []
    var stops: Set<Int> = []
  }

  private static func readNodes(_ path: String) throws(DatasetError) -> Nodes {
    var table = try CSVTable(file: path, bytes: DatasetBytes.read(path: path))
    let id = try column(["node_index", "osmid", "node_id", "id"], of: table)
    let latitude = try column(["lat", "latitude", "y"], of: table)
    let longitude = try column(["lon", "lng", "longitude", "x"], of: table)
    let stopOnly = table.header.firstIndex { $0.lowercased() == "is_stop_only" }
    var nodes = Nodes()
    while table.nextRow() {
      guard let name = table.integer(id) else { throw table.error(column: id, expected: "a whole number") }
      let place = try table.place(latitude: latitude, longitude: longitude)
      guard nodes.indices.updateValue(nodes.places.count, forKey: name) == nil else {
        throw table.error(column: id, expected: "a number that no node before had")
      }
      if let stopOnly, ["true", "1"].contains(table.text(stopOnly).lowercased()) {
        nodes.stops.insert(nodes.places.count)
      }
      nodes.places.append(place)
    }
    guard !nodes.places.isEmpty else { throw DatasetError(file: path, reason: "has no node") }
    return nodes
  }

  private static func readEdges(_ path: String, _ indices: [Int64: Int]) throws(DatasetError) -> [RoadNetwork.Edge] {
    var table = try CSVTable(file: path, bytes: DatasetBytes.read(path: path))
    let from = try column(["from_node", "u", "from"], of: table)
    let to = try column(["to_node", "v", "to"], of: table)
    let length = try column(["distance", "length", "meters"], of: table)
    let time = try column(["travel_time", "seconds", "speed_mph", "speed_kmh"], of: table)
    let metersPerSecond: [String: Double] = ["speed_mph": 0.44704, "speed_kmh": 1 / 3.6]
    let unit = metersPerSecond[table.header[time].lowercased()]
    var edges: [RoadNetwork.Edge] = []
    func node(_ column: Int) throws(DatasetError) -> Int {
      guard let index = table.integer(column).flatMap({ indices[$0] }) else {
        throw table.error(column: column, expected: "a node of the other file")
      }
      return index
    }
    while table.nextRow() {
      guard let meters = table.decimal(length), (0...1_000_000).contains(meters) else {
        throw table.error(column: length, expected: "metres")
      }
      guard let value = table.decimal(time), value >= 0, unit == nil || value > 0 else {
        throw table.error(column: time, expected: unit == nil ? "seconds" : "a speed above zero")
      }
      let seconds = unit.map { meters / (value * $0) } ?? value
      guard let milliseconds = Int32(exactly: (seconds * 1_000).rounded()) else {
        throw table.error(column: time, expected: "less than some days")
      }
      edges.append(
        RoadNetwork.Edge(
          from: try node(from), to: try node(to), milliseconds: milliseconds, meters: Float(meters)))
    }
    return edges
  }

  private static func column(_ names: [String], of table: CSVTable) throws(DatasetError) -> Int {
    let header = table.header.map { $0.lowercased() }
    for name in names {
      if let index = header.firstIndex(of: name) { return index }
    }
    throw DatasetError(
      file: table.file, line: 1, column: names[0], reason: "no column \(names.joined(separator: ", ")) in the header")
  }
}
