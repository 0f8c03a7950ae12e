import DispatchCore
import Testing

@Suite("Match rounds")
struct MatchRoundTests {
  private func round() -> MatchRound {
    var random = SeededRandom(seed: 7)
    let considered = MatchVerdict.allCases.enumerated().map { index, verdict in
      ConsideredDriver(
        driver: DriverID(trusted: "cab.\(index):x_-\(random.below(99))"), verdict: verdict,
        distanceMeters: random.below(9_000), etaDeciseconds: random.below(90_000), zoneDeciseconds: random.below(900),
        freeInSeconds: random.below(300),
        otherRide: verdict == .takenByOther ? RideID(trusted: "r139eapdc05042srii98cvs") : nil)
    }
    return MatchRound(
      ride: RideID(trusted: "r-1"), time: Samples.start, outcome: .offered, driver: considered[0].driver, openRides: 3,
      ageSeconds: 12, considered: considered, others: MatchVerdict.allCases.map { .init($0, drivers: 9) })
  }

  @Test("The stored form gives back what was stored")
  func roundTrip() throws {
    let round = round()
    #expect(MatchRound.considered(round.consideredText) == round.considered)
    #expect(MatchRound.others(round.othersText) == round.others)
    #expect(MatchRound.considered("") == [] && MatchRound.others("") == [])
  }

  @Test("Every reason has a letter of its own")
  func letters() {
    #expect(Set(MatchVerdict.allCases.map(\.code)).count == MatchVerdict.allCases.count)
    for verdict in MatchVerdict.allCases { #expect(MatchVerdict(code: verdict.code) == verdict) }
    #expect(MatchVerdict(code: "?") == nil)
  }

  @Test(
    "What is no stored form is refused",
    arguments: [
      "cab", "cab,C", "cab,C,1,2,3", "cab,?,1,2,3,4", "cab,CC,1,2,3,4", ",C,1,2,3,4", "cab,C,x,2,3,4",
      "a,C,1,2,3,4,r,9",
    ])
  func malformed(text: String) {
    #expect(MatchRound.considered(text) == nil)
  }

  @Test("The digest tells outcomes and reasons apart, not metres or the order of the list")
  func digest() {
    let base = round()
    var moved = base
    moved.considered.reverse()
    for index in moved.considered.indices { moved.considered[index].distanceMeters += 5 }
    moved.others = []
    moved.ageSeconds += 9
    #expect(moved.digest == base.digest)
    var other = base
    other.outcome = .driverChanged
    #expect(other.digest != base.digest)
    other = base
    other.considered[0].verdict = .blocked
    #expect(other.digest != base.digest)
    other = base
    other.considered[0].driver = DriverID(trusted: "someone")
    #expect(other.digest != base.digest)
  }
}
