import DispatchAPI
import DispatchCore
import FunctionKit
import Testing

@Suite("blocked-drivers")
struct BlockedDriversTests {
  private let route = "/v1/riders/r-1/blocked-drivers"

  @Test("Rider and driver do not meet until the block is lifted; others do")
  func apart() async throws {
    let city = try await City()
    try await city.online("cab-1")
    #expect(try await city.call("PUT", "\(route)/cab-1", as: .operator("ann")).status == 204)
    #expect(try await city.call("PUT", "\(route)/cab-1").status == 204, "again is fine")
    #expect(try await city.call("GET", route)["drivers"]?.items.compactMap(\.text) == ["cab-1"])
    let ride = try await city.request("r-1")
    try await city.match()
    #expect(try await city.stored(ride).state == .requested)
    let other = try await city.request("r-2")
    try await city.match()
    #expect(try await city.offer(of: other).driver.text == "cab-1")
    try await city.decline(try await city.offer(of: other))
    #expect(try await city.call("DELETE", "\(route)/cab-1").status == 204)
    #expect(try await city.call("DELETE", "\(route)/cab-1").status == 204)
    #expect(try await city.call("GET", route)["drivers"]?.items.isEmpty == true)
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "cab-1")
    try await city.audit()
  }

  @Test("A blocked driver is no reason to leave the ride to nobody else")
  func others() async throws {
    let city = try await City()
    try await city.online("cab-1")
    try await city.online("cab-2", at: City.dropoff)
    _ = try await city.call("PUT", "\(route)/cab-1")
    let ride = try await city.request("r-1")
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "cab-2")
  }

  @Test("Drivers and other riders may not, and ids are checked")
  func refusals() async throws {
    let city = try await City()
    #expect(try await city.call("PUT", "\(route)/cab-1", as: .driver("cab-1")).summary == "403 notYou")
    #expect(try await city.call("GET", route, as: .rider("r-2")).summary == "403 notYou")
    #expect(try await city.call("PUT", "\(route)/cab-1", as: .rider("r-1")).status == 204)
    #expect(try await city.call("PUT", "\(route)/%20").summary == "400 badID driver")
    #expect(try await city.call("GET", "/v1/riders/%20/blocked-drivers").summary == "400 badID rider")
  }
}
