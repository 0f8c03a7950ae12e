import FunctionKit

/// What a worker process keeps about its invocations, so that the supervisor knows what it died of.
package final class WorkerIsolation: Sendable {
  /// What is under way.
  package let journal: InvocationJournal
  /// What crashed before.
  package let crashes: CrashTable
  /// How many crashes of an event are enough.
  package let limit: Int

  /// Creates it.
  /// - Parameters:
  ///   - journal: where invocations are noted.
  ///   - crashes: what crashed before.
  ///   - limit: how many crashes of an event are enough to refuse it.
  package init(journal: InvocationJournal, crashes: CrashTable, limit: Int) {
    self.journal = journal
    self.crashes = crashes
    self.limit = limit
  }

  /// Whether an event took processes down so often that it is given up.
  func refuses(_ digest: UInt64) -> FunctionError? {
    guard !crashes.isEmpty else { return nil }
    let count = crashes.count(digest)
    guard count >= limit else { return nil }
    return FunctionError(
      .unprocessable, code: "crashesWorker", "this event ended \(count) worker processes and is not tried again")
  }

  /// Whether an event took a process down before, perhaps as one of a batch.
  func isSuspect(_ digest: UInt64) -> Bool { !crashes.isEmpty && crashes.count(digest) > 0 }
}

extension TriggerWorkers {
  /// The journal's record for a worker.
  private func record(_ context: Context) -> Int? {
    guard let journalBase else { return nil }
    return journalBase + context.workerID
  }

  /// Handles an event with a note of it in the journal.
  nonisolated(nonsending) func isolated(
    _ event: Event, _ context: Context, _ isolation: WorkerIsolation
  ) async -> Result<Response, any Error> {
    guard let record = record(context) else { return await traced(event, context) }
    let digest = EventDigest.of(event, function: function.name)
    if let refusal = isolation.refuses(digest) { return .failure(refusal) }
    isolation.journal.begin(record, function: function.name, trigger: trigger.name, event: event, digest: digest)
    let result = await traced(event, context)
    isolation.journal.end(record)
    return result
  }

  /// Handles a batch with a note of it in the journal; events that may have crashed a process stand alone.
  func isolated(
    _ events: [Event], _ context: Context, _ isolation: WorkerIsolation
  ) async -> [Result<Response, any Error>] {
    guard let record = record(context) else { return await traced(batch: events, context) }
    let digests = events.map { EventDigest.of($0, function: function.name) }
    if digests.contains(where: isolation.isSuspect) {
      var results: [Result<Response, any Error>] = []
      for (event, digest) in zip(events, digests) {
        if let refusal = isolation.refuses(digest) {
          results.append(.failure(refusal))
          continue
        }
        isolation.journal.begin(
          record, function: function.name, trigger: trigger.name, event: event, digest: digest)
        results += await traced(batch: [event], context)
        isolation.journal.end(record)
      }
      return results
    }
    isolation.journal.begin(
      record, function: function.name, trigger: trigger.name, events: events, digests: digests)
    let results = await traced(batch: events, context)
    isolation.journal.end(record)
    return results
  }
}
