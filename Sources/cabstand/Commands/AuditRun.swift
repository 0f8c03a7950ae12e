import DispatchCore
import DispatchState
import FunctionKit
import HexGrid

/// One check of everything: the record by itself, and the fleet index against itself and the record.
struct AuditRun {
  /// What was found.
  struct Report: Sendable {
    var rides: Int
    var ledgerEntries: Int
    var drivers: Int
    var zones: Int
    var violations: [Violation]
  }

  /// A live index moves while it is read: what differs is looked at again before it counts.
  static let looks = 4

  let stores: StoreSet
  let regions: RegionMap

  func run() async throws -> Report {
    let now = try await cityNow()
    var record = try await stores.record.audit(at: now)
    // Deadlines may be overrun for the moment in which a recovering server catches up.
    for _ in 1..<Self.looks where !record.violations.isEmpty {
      try await Task.sleep(for: .milliseconds(250))
      let again = try await stores.record.audit(at: now)
      let still = Set(again.violations.map { "\($0.invariant) \($0.subject)" })
      record.violations.removeAll { !still.contains("\($0.invariant) \($0.subject)") }
    }
    var report = Report(
      rides: record.rides, ledgerEntries: record.ledgerEntries, drivers: 0, zones: 0, violations: record.violations)
    for region in regions.regions {
      let counters = try await counters(region.id)
      report.zones += counters.zones
      report.violations += counters.violations
      let statuses = try await statuses(region.id)
      report.drivers += statuses.drivers
      report.violations += statuses.violations
    }
    return report
  }

  private func cityNow() async throws -> Timestamp {
    let real = Timestamp(unixMilliseconds: AdjustableClock.systemNow().unixMilliseconds)
    guard let setting = try await stores.record.clockSetting() else { return real }
    return setting.city(at: real)
  }

  // MARK: Counters

  private func counters(_ region: RegionID) async throws -> (zones: Int, violations: [Violation]) {
    var suspects: [HexCell: Violation]?
    var zones = 0
    for _ in 0..<Self.looks {
      let counted = try await Self.byCell(stores.fleet.supply(in: region))
      let recounted = try await Self.byCell(stores.fleet.recountedSupply(in: region))
      zones = recounted.count
      var found: [HexCell: Violation] = [:]
      for cell in Set(counted.keys).union(recounted.keys) where counted[cell] != recounted[cell] {
        guard suspects?[cell] != nil || suspects == nil else { continue }
        found[cell] = Violation(
          invariant: "zoneCountersEqualRecount", subject: cell.description,
          detail: "counted \(Self.text(counted[cell])), recounted \(Self.text(recounted[cell]))")
      }
      suspects = found
      if found.isEmpty { break }
    }
    return (zones, (suspects ?? [:]).values.sorted { $0.subject < $1.subject })
  }

  private static func byCell(_ supply: [ZoneSupply]) -> [HexCell: ZoneSupply] {
    Dictionary(supply.map { ($0.cell, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func text(_ supply: ZoneSupply?) -> String {
    supply.map { "\($0.supply) drivers, \($0.idle) idle" } ?? "none"
  }

  // MARK: Statuses

  private func statuses(_ region: RegionID) async throws -> (drivers: Int, violations: [Violation]) {
    var drivers = 0
    var suspects: [DriverID] = []
    var cursor: DriverID?
    while true {
      let page = try await stores.record.statuses(in: region, after: cursor, limit: 1_000)
      drivers += page.count
      for status in page where try await differs(status) { suspects.append(status.driver) }
      guard page.count == 1_000, let last = page.last else { break }
      cursor = last.driver
    }
    var violations: [Violation] = []
    for driver in suspects {
      if let violation = try await confirmed(driver) { violations.append(violation) }
    }
    return (drivers, violations)
  }

  private func differs(_ status: DriverStatus) async throws -> Bool {
    guard let snapshot = try await stores.fleet.driver(status.driver, in: status.region),
      snapshot.activityName != nil
    else { return false }
    return snapshot.statusVersion != status.version || snapshot.activityName != status.activity.name
  }

  private func confirmed(_ driver: DriverID) async throws -> Violation? {
    for _ in 0..<Self.looks {
      try await Task.sleep(for: .milliseconds(100))
      guard let status = try await stores.record.status(of: driver), try await differs(status) else { return nil }
    }
    return Violation(
      invariant: "fleetFollowsRecord", subject: driver.text,
      detail: "the fleet index has another status than the record")
  }
}

extension AuditRun.Report {
  /// One JSON object.
  var json: String {
    String(
      decoding: JSONWriter.bytes { json in
        json.object { json in
          json.member("rides", rides)
          json.member("ledgerEntries", ledgerEntries)
          json.member("drivers", drivers)
          json.member("zones", zones)
          json.key("violations")
          json.array { json in
            for violation in violations {
              json.object { json in
                json.member("invariant", violation.invariant)
                json.member("subject", violation.subject)
                json.member("detail", violation.detail)
              }
            }
          }
        }
      }, as: UTF8.self)
  }

  /// The same for people.
  var text: String {
    let head = "checked \(rides) rides, \(ledgerEntries) ledger entries, \(drivers) drivers, \(zones) zones"
    if violations.isEmpty { return head + ": every invariant holds" }
    return
      ([head + ": \(violations.count) violations"]
      + violations.map { "  \($0.invariant)  \($0.subject)  \($0.detail)" }).joined(separator: "\n")
  }
}
