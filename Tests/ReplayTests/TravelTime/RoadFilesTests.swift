import Foundation
import HexGrid
import Testing

@testable import Replay

@Suite("Files of roads")
struct RoadFilesTests {
  private func read(_ nodes: String, _ edges: String) throws -> RoadNetwork {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cabstand-roads-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try nodes.write(to: folder.appending(path: "nodes.csv"), atomically: true, encoding: .utf8)
    try edges.write(to: folder.appending(path: "edges.csv"), atomically: true, encoding: .utf8)
    return try RoadFiles.read(
      nodes: folder.appending(path: "nodes.csv").path(), edges: folder.appending(path: "edges.csv").path())
  }

  private let nodes = "node_index,lat,lon,is_stop_only\n7,48.1,11.5,False\n9,48.11,11.5,True\n8,48.12,11.5,False\n"
  private let from = GeoPoint(latitude: 48.1, longitude: 11.5)
  private let to = GeoPoint(latitude: 48.12, longitude: 11.5)

  @Test("Times are read as they are, speeds by their unit; ways do not lead through stops")
  func forms() throws {
    let direct = try read(nodes, "from_node,to_node,distance,travel_time\n7,9,10,1\n9,8,10,1\n7,8,900,60.5\n")
    #expect(direct.way(from: from, to: to) == RoadNetwork.Way(milliseconds: 60_500, meters: 900))
    #expect(direct.nodeCount == 3 && direct.edgeCount == 3)
    let osm = try read("osmid,x,y\n7,11.5,48.1\n8,11.5,48.12\n", "u,v,length,speed_mph\n7,8,447.04,10\n")
    #expect(osm.way(from: from, to: to)?.milliseconds == 100_000)
    let metric = try read("id,lon,lat\n7,11.5,48.1\n8,11.5,48.12\n", "u,v,length,speed_kmh\n7,8,1000,36\n")
    #expect(metric.way(from: from, to: to)?.milliseconds == 100_000)
  }

  @Test(
    "What is wrong is told with its line and column",
    arguments: [
      ("from_node,to_node,distance\n", "line 1, column travel_time"),
      ("from_node,to_node,distance,travel_time\n7,5,1,1\n", "line 2, column to_node"),
      ("from_node,to_node,distance,travel_time\n7,8,-1,1\n", "line 2, column distance"),
      ("from_node,to_node,distance,travel_time\n7,8,1,1\n7,8,1,x\n", "line 3, column travel_time"),
      ("from_node,to_node,distance,travel_time\n7,8,1,-1\n", "line 2, column travel_time"),
      ("from_node,to_node,distance,travel_time\n7,8,1,1e9\n", "line 2, column travel_time"),
      ("u,v,length,speed_mph\n7,8,1,0\n", "line 2, column speed_mph"),
    ])
  func wrongEdges(edges: String, expected: String) {
    do {
      _ = try read(nodes, edges)
      Issue.record("was read: \(edges)")
    } catch {
      #expect("\(error)".contains(expected), "\(error)")
    }
  }

  @Test("Nodes without a position, or twice the same, are refused")
  func wrongNodes() {
    for text in [
      "node_index,lat,lon\n7,x,1\n", "node_index,lat,lon\n7,1,1\n7,2,2\n", "node_index,lat,lon\n", "a,b\n1,2\n",
    ] {
      #expect(throws: DatasetError.self) { try read(text, "u,v,length,speed_kmh\n") }
    }
  }

  @Test("The roads of San Francisco Bay: a drive across the city")
  func bay() throws {
    guard let nodes = TestData.path("road_network_sf/sfbay_nodes.csv.gz"),
      let edges = TestData.path("road_network_sf/sfbay_edges.csv.gz")
    else { return }
    let roads = try RoadFiles.read(nodes: nodes, edges: edges)
    #expect(roads.nodeCount == 30_826 && roads.edgeCount == 65_524)
    let (pier, beach) = (
      GeoPoint(latitude: 37.8087, longitude: -122.4098), GeoPoint(latitude: 37.7599, longitude: -122.5107)
    )
    let way = try #require(roads.way(from: pier, to: beach))
    let crow = pier.distanceMeters(to: beach)
    #expect((crow...crow * 2).contains(way.meters) && (600_000...2_400_000).contains(way.milliseconds))
  }
}
