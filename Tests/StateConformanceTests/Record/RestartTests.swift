import DispatchCore
import DispatchState
import EmbeddedStores
import PostgresClient
import PostgresState
import Testing

/// The server goes away in the middle.
@Suite(.needsRecordServer, .timeLimit(.minutes(8)), .serialized)
struct RestartTests {
  private func isUnavailable(_ error: StateError?) -> Bool {
    if case .unavailable = error { true } else { false }
  }

  @Test func callsFailWhileItIsAwayAndWorkAgainAfterwards() async throws {
    try await RecordServer.withServer { server, pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let ride = try await record.keep(Sample.ride(1))
      await server.stop()
      // Each in its own right, with a short deadline: reads, inserts, steps, books.
      var impatient = pool.configuration
      impatient.acquireTimeout = .milliseconds(300)
      let waiting = try PostgresPool(configuration: impatient, logger: RecordServer.logger)
      let away = PostgresRecord(pool: waiting, logger: RecordServer.logger)
      let expire = try RideLifecycle.expire(ride, now: Sample.time(900))
      let errors = [
        await stateError { try await away.ride(ride.id) },
        await stateError { try await away.insert(Sample.ride(2), publishing: []) },
        await stateError { try await away.insert(Sample.quote(2)) },
        await stateError { try await away.commit([Commit(expire, publishing: [])]) },
        await stateError { try await away.online(Sample.driver(1)) },
        await stateError { try await away.unpublished(limit: 1) },
        await stateError { try await away.append([], in: Sample.sf, at: Sample.start) },
        await stateError { try await away.audit(at: Sample.start) },
        await stateError { try await away.settlement(of: ride.id) },
      ]
      for error in errors { #expect(isUnavailable(error), "\(error.map { "\($0)" } ?? "no error")") }
      try await server.start()
      for store in [record, away] {
        // Connections of before are found broken and replaced.
        while isUnavailable(await stateError { try await store.ride(ride.id) }) {}
        #expect(try await store.ride(ride.id) == ride)
      }
      #expect(try await record.step(expire) == .applied(nil))
      await waiting.shutdown()
    }
  }

  @Test func whatWasAnsweredSurvivesAKill() async throws {
    try await RecordServer.withServer { server, pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let driver = Sample.driver(1)
      // A listener lives through it, too.
      var wakeups = try await record.wakeups().makeAsyncIterator()
      #expect(await wakeups.next() != nil)
      async let writing = concurrently(400) { number -> Bool in
        if number == 200, let process = server.processID { kill(process) }
        do {
          _ = try await record.insert(
            Sample.ride(number), publishing: [Sample.message("requested", of: Sample.ride(number).id, driver: driver)])
          return true
        } catch {
          #expect(isUnavailable(error as? StateError), "\(error)")
          return false
        }
      }
      _ = await server.waitForExit()
      try await server.start()
      let answered = try await writing
      while isUnavailable(await stateError { try await record.latestSequence() }) {}
      for (number, wasAnswered) in answered.enumerated() where wasAnswered {
        #expect(try await record.ride(Sample.ride(number).id) != nil, "ride \(number) was lost")
      }
      // Asking again finishes what was left open, and does nothing twice.
      for number in answered.indices {
        do {
          _ = try await record.insert(
            Sample.ride(number), publishing: [Sample.message("requested", of: Sample.ride(number).id, driver: driver)])
        } catch StateError.quoteAlreadyUsed {}
      }
      #expect(try await record.openRides(in: Sample.sf, limit: 1_000).count == 400)
      #expect(try await record.messages(for: .driver(driver), after: 0, limit: 1_000).count == 400)
      #expect(try await record.audit(at: Sample.time(400)).violations.isEmpty)
      #expect(await wakeups.next() != nil)
    }
  }
}
