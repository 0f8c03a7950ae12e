internal import DispatchCore
package import DispatchState
internal import PostgresClient

extension PostgresRecord {
  /// How many steps go into one transaction: enough to share its cost, few enough that those who wait for the first steps need not wait for the
  /// last ones.
  static let commitBatchSize = 64
  /// How many go into the first one.
  static let firstCommitBatchSize = 16
  /// How many transactions of one call are under way at once: some on their way to the disk while another is worked on.
  static let commitsUnderWay = 3

  private struct Applied: Sendable {
    var wave: [Int]
    var outcomes: [CommitOutcome] = []
    var failure: StateError?
  }

  package func commit(_ changes: [Commit]) async throws -> [CommitOutcome] {
    if changes.isEmpty { return [] }
    var outcomes = [CommitOutcome](repeating: .rideChanged, count: changes.count)
    var failure: StateError?
    let waves = CommitWaves.split(changes, limit: Self.commitBatchSize, first: Self.firstCommitBatchSize)
    for group in CommitWaves.independent(waves, of: changes) {
      await withTaskGroup(of: Applied.self) { tasks in
        var waiting = group.makeIterator()
        func applyNext() {
          guard let wave = waiting.next() else { return }
          tasks.addTask { await self.applied(wave, of: changes) }
        }
        for _ in 0..<Self.commitsUnderWay { applyNext() }
        for await applied in tasks {
          for (place, outcome) in zip(applied.wave, applied.outcomes) { outcomes[place] = outcome }
          failure = failure ?? applied.failure
          if failure == nil { applyNext() }
        }
      }
      if let failure { throw failure }
    }
    return outcomes
  }

  private func applied(_ wave: [Int], of changes: [Commit]) async -> Applied {
    // Also after a failure: some may have been applied. Whoever publishes need not wait for the other waves.
    defer { alarm.ring() }
    do throws(StateError) {
      return Applied(wave: wave, outcomes: try await apply(wave.map { changes[$0] }))
    } catch {
      return Applied(wave: wave, failure: error)
    }
  }

  /// Applies steps whose rides, offers and drivers are all different.
  private func apply(_ commits: [Commit]) async throws(StateError) -> [CommitOutcome] {
    do {
      return try await applyAtOnce(commits)
    } catch let error as PostgresError where Self.isConstraintViolation(error) {
      if commits.count == 1 {
        if let outcome = Self.outcome(of: error) { return [outcome] }
        throw StateError(error)
      }
    } catch let error as PostgresError {
      throw StateError(error)
    } catch let error as StateError {
      throw error
    } catch {
      throw .unavailable("\(error)")
    }
    // One step broke a rule and undid the others with it; alone, it does not.
    var outcomes: [CommitOutcome] = []
    var failure: StateError?
    for commit in commits {
      do throws(StateError) {
        outcomes += try await apply([commit])
      } catch {
        failure = failure ?? error
        outcomes.append(.rideChanged)
      }
    }
    if let failure { throw failure }
    return outcomes
  }

  private func applyAtOnce(_ commits: [Commit]) async throws -> [CommitOutcome] {
    let rows = try await pool.query(Self.applyCommits, CommitArrays(commits).parameters)
    guard rows.count == commits.count else { throw StateError.corrupt("steps without an outcome") }
    return try zip(commits, rows).map { commit, row in
      switch try row.int(0) {
      case 0: .applied(try Self.status(after: commit.change, row))
      case 1: .rideChanged
      case 2: .offerClosed
      default: .driverChanged
      }
    }
  }

  private static func status(after change: RideChange, _ row: PostgresRow) throws -> DriverStatus? {
    guard let turn = change.driver else { return nil }
    var columns = ColumnReader(row, from: 1)
    return DriverStatus(
      driver: turn.driver, region: change.ride.region, vehicleClass: try columns.vehicleClass(), activity: turn.to,
      version: try columns.int64(), since: turn.at)
  }

  /// Class 23 of SQLSTATE: a rule of the schema stood in the way, and will again.
  private static func isConstraintViolation(_ error: PostgresError) -> Bool {
    error.sqlState?.description.hasPrefix("23") ?? false
  }

  /// What a violated unique index means for the one step that violated it.
  private static func outcome(of error: PostgresError) -> CommitOutcome? {
    guard error.isUniqueViolation() else { return nil }
    switch error.constraintName {
    case "rides_one_awaited_per_driver", "rides_one_present_per_driver", "offers_one_open_per_driver":
      return .driverChanged
    default: return .rideChanged
    }
  }
}
