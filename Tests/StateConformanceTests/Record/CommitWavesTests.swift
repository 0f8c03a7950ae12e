import DispatchCore
import DispatchState
import Testing

@testable import PostgresState

struct CommitWavesTests {
  @Test(arguments: 0..<50)
  func everyWaveIsFreeOfRepetitionAndOrderIsKept(_ seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let limit = Int.random(in: 1...9, using: &random)
    let commits = try (0..<Int.random(in: 0...80, using: &random)).map { _ in
      var change = RideChange(ride: try Sample.ride(.random(in: 0..<12, using: &random)), expectedVersion: 1)
      if Bool.random(using: &random) {
        change.driver = DriverChange(
          driver: Sample.driver(.random(in: 0..<9, using: &random)), from: .idle, to: .offline, at: Sample.start)
      }
      let listener = Bool.random(using: &random) ? Sample.driver(.random(in: 0..<9, using: &random)) : nil
      return Commit(change, publishing: [Sample.message("changed", of: change.ride.id, driver: listener)])
    }
    let first = Bool.random(using: &random) ? Int.random(in: 1...limit, using: &random) : nil
    let waves = CommitWaves.split(commits, limit: limit, first: first)
    #expect(waves.joined().sorted() == Array(commits.indices))
    for (number, wave) in waves.enumerated() {
      #expect((1...min(limit, (first ?? limit) << min(number, 8))).contains(wave.count))
      #expect(Set(wave.map { commits[$0].change.ride.id }).count == wave.count)
      let drivers = wave.compactMap { commits[$0].change.driver?.driver }
      #expect(Set(drivers).count == drivers.count)
    }
    // Steps of one ride or driver are in ascending waves in their order.
    let waveOf = Dictionary(
      uniqueKeysWithValues: waves.enumerated().flatMap { number, wave in wave.map { ($0, number) } })
    for (first, earlier) in commits.enumerated() {
      for (second, later) in commits.enumerated().dropFirst(first + 1) {
        let isSameRide = earlier.change.ride.id == later.change.ride.id
        let isSameDriver = earlier.change.driver.map { $0.driver == later.change.driver?.driver } ?? false
        let (before, after) = (try #require(waveOf[first]), try #require(waveOf[second]))
        if isSameRide || isSameDriver { #expect(before < after) }
        // A driver's feed keeps its order, too; within a wave it does so anyway.
        if !feeds(earlier).isDisjoint(with: feeds(later)) { #expect(before <= after) }
      }
    }
  }

  @Test(arguments: 0..<50)
  func whatIsAppliedAtOnceTouchesNothingTwice(_ seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let commits = try (0..<Int.random(in: 0...80, using: &random)).map { _ in
      var change = RideChange(ride: try Sample.ride(.random(in: 0..<60, using: &random)), expectedVersion: 1)
      if Bool.random(using: &random) {
        change.driver = DriverChange(
          driver: Sample.driver(.random(in: 0..<60, using: &random)), from: .idle, to: .offline, at: Sample.start)
      }
      let listener = Bool.random(using: &random) ? Sample.driver(.random(in: 0..<60, using: &random)) : nil
      return Commit(change, publishing: [Sample.message("changed", of: change.ride.id, driver: listener)])
    }
    let waves = CommitWaves.split(commits, limit: 4)
    let groups = CommitWaves.independent(waves, of: commits)
    #expect(groups.flatMap { $0 } == waves, "in their order, all of them")
    for group in groups {
      #expect(!group.isEmpty)
      for (first, wave) in group.enumerated() {
        for other in group.dropFirst(first + 1) {
          let (one, two) = (wave.map { commits[$0] }, other.map { commits[$0] })
          #expect(Set(one.map(\.change.ride.id)).isDisjoint(with: two.map(\.change.ride.id)))
          func drivers(_ commits: [Commit]) -> Set<DriverID> {
            Set(commits.compactMap { $0.change.driver?.driver }).union(commits.flatMap { feeds($0) })
          }
          #expect(drivers(one).isDisjoint(with: drivers(two)))
        }
      }
    }
  }

  @Test func differentThingsAreAppliedAtOnce() throws {
    let commits = try (0..<600).map {
      Commit(RideChange(ride: try Sample.ride($0), expectedVersion: 1), publishing: [])
    }
    #expect(CommitWaves.independent(CommitWaves.split(commits, limit: 256), of: commits).count == 1)
  }

  private func feeds(_ commit: Commit) -> Set<DriverID> { Set(commit.messages.compactMap(\.driver)) }

  @Test func differentThingsShareAWave() throws {
    let commits = try (0..<600).map {
      Commit(RideChange(ride: try Sample.ride($0), expectedVersion: 1), publishing: [])
    }
    #expect(CommitWaves.split(commits, limit: 256).map(\.count) == [256, 256, 88])
  }
}
