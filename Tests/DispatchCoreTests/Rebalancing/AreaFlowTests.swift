import Testing

@testable import DispatchCore

@Suite("Flow between areas")
struct AreaFlowTests {
  private func area(
    x: Double, idle: Int = 0, requests: Double = 0, dropoffs: Double = 0, steps: Int = 5
  ) -> AreaFlow.Area {
    AreaFlow.Area(
      place: FlatEarth.Point(x: x, y: 0), spreadSquareMeters: 1_000_000, idle: idle,
      arriving: Array(repeating: 0, count: steps), requests: Array(repeating: requests, count: steps),
      dropoffs: Array(repeating: dropoffs, count: steps))
  }

  private func transfers(_ areas: [AreaFlow.Area]) throws -> [AreaFlow.Transfer] {
    var flow = AreaFlow()
    return try flow.plan(areas, metersPerSecond: 5, policy: RebalancePolicy())
  }

  @Test("Drivers go from where they are many to where riders are, never more than there are")
  func surplusToDeficit() throws {
    let transfers = try transfers([area(x: 0, idle: 10), area(x: 3_000, requests: 3)])
    #expect(transfers.allSatisfy { $0.from == 0 && $0.to == 1 })
    let sent = transfers.reduce(0) { $0 + $1.drivers }
    #expect(sent > 0 && sent <= 10)
  }

  @Test("Nobody is fetched for riders whom rides that end there will serve")
  func dropoffsServe() throws {
    let without = try transfers([area(x: 0, idle: 20), area(x: 6_000, requests: 3)]).reduce(0) { $0 + $1.drivers }
    let with = try transfers([area(x: 0, idle: 20), area(x: 6_000, requests: 3, dropoffs: 5)])
      .reduce(0) { $0 + $1.drivers }
    #expect(with < without)
  }

  @Test("The nearer of two areas sends its drivers")
  func nearest() throws {
    let transfers = try transfers([area(x: 0, idle: 30), area(x: 20_000, requests: 1), area(x: 25_000, idle: 30)])
    #expect(transfers.allSatisfy { $0.from == 2 })
    #expect(!transfers.isEmpty)
  }

  @Test("One area, or none, has nobody to send")
  func trivial() throws {
    #expect(try transfers([]).isEmpty)
    #expect(try transfers([area(x: 0, idle: 3, requests: 1)]).isEmpty)
  }
}
