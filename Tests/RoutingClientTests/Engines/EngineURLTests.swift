import Testing

@testable import RoutingClient

@Suite("URLs of engines")
struct EngineURLTests {
  @Test(
    "What is left out has its default",
    arguments: [
      ("osrm+http://127.0.0.1", "osrm+http://127.0.0.1:5000?profile=driving"),
      ("osrm+http://osrm.internal:8080/", "osrm+http://osrm.internal:8080?profile=driving"),
      ("valhalla+http://h", "valhalla+http://h:8002?profile=auto"),
      ("valhalla+http://[::1]:9/a/b/?profile=taxi", "valhalla+http://[::1]:9/a/b?profile=taxi"),
      ("osrm+http://[::1]", "osrm+http://[::1]:5000?profile=driving"),
    ])
  func good(text: String, expected: String) throws {
    #expect(try EngineURL(text).description == expected)
  }

  @Test(
    "What is none is refused with the reason",
    arguments: [
      ("", "begins neither"), ("http://h", "begins neither"), ("graphhopper+http://h", "begins neither"),
      ("osrm+https://h", "begins neither"), ("osrm+http://", "no host"), ("osrm+http://:5000", "no host"),
      ("osrm+http://h:", "port"), ("osrm+http://h:0", "port"), ("osrm+http://h:65536", "port"),
      ("osrm+http://h:5000x", "port"), ("osrm+http://u:p@h", "passwords"), ("osrm+http://h/a#b", "fragments"),
      ("osrm+http://h?costing=auto", "profile"), ("osrm+http://h?profile=", "profile"),
      ("osrm+http://h?profile=a/b", "profile"), ("osrm+http://h\r\nx: y", "characters"),
      ("osrm+http://h h", "characters"),
    ])
  func bad(text: String, expected: String) {
    do throws(EngineURLError) {
      let url = try EngineURL(text)
      Issue.record("\(text) was read as \(url)")
    } catch {
      #expect(error.reason.contains(expected), "\(error.reason)")
    }
  }
}
