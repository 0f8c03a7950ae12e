import DispatchCore
import Synchronization

extension MemoryRecord: Outbox {
  package func unpublished(limit: Int) async throws -> [SequencedMessage] {
    state.withLock { state in
      guard !state.unpublished.isEmpty else { return [] }
      return state.unpublished.sorted().prefix(max(0, limit)).compactMap { state.message($0) }
    }
  }

  package func markPublished(_ sequences: [Int64]) async throws {
    state.withLock { $0.unpublished.subtract(sequences) }
  }

  package func messages(
    for subject: FeedSubject, after sequence: Int64, limit: Int
  ) async throws -> [SequencedMessage] {
    state.withLock { state in
      // Sequences are 1, 2, 3, …: the array's index follows from them.
      let start = Int(min(max(sequence, 0), Int64(state.outbox.count)))
      return Array(state.outbox[start...].lazy.filter { subject.concerns($0.message) }.prefix(max(0, limit)))
    }
  }

  package func latestSequence(for subject: FeedSubject) async throws -> Int64 {
    state.withLock { state in state.outbox.last { subject.concerns($0.message) }?.sequence ?? 0 }
  }

  package func latestSequence() async throws -> Int64 {
    state.withLock { $0.outbox.last?.sequence ?? 0 }
  }

  package func wakeups() async throws -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let key = state.withLock { state in
      state.nextWakeup += 1
      state.wakeups[state.nextWakeup] = continuation
      return state.nextWakeup
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.wakeups[key] = nil }
    }
    continuation.yield()
    return stream
  }
}

extension MemoryRecord.State {
  func message(_ sequence: Int64) -> SequencedMessage? {
    let index = Int(sequence) - 1
    return outbox.indices.contains(index) ? outbox[index] : nil
  }
}
