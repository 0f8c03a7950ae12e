internal import DispatchState
internal import FunctionKit
internal import Synchronization

/// Lets calls that come while others are under way go to the database together: one round trip and one commit for all of them.
///
/// A call that comes while fewer than `maxUnderWay` are under way goes at once, so an idle server adds no wait; under load the groups grow by
/// themselves. Each caller gets the answer to their own item, after the commit. What a group's failure means for its items is for `perform` to say.
final class GroupedCalls<Item: Sendable, Answer: Sendable>: Sendable {
  private struct Queue {
    var callers: [GroupedCaller<Item, Answer>] = []
    var underWay = 0
  }

  private let maxGroup: Int
  private let maxUnderWay: Int
  private let maxWaiting: Int
  private let perform: @Sendable ([Item]) async throws(StateError) -> [Result<Answer, StateError>]
  private let queue = Mutex(Queue())

  /// - Parameters:
  ///   - maxGroup: how many items go together at most.
  ///   - maxUnderWay: how many groups are under way at once; the next one forms meanwhile.
  ///   - maxWaiting: how many callers may wait for their group; one more fails at once.
  ///   - perform: answers items in their order; throws where none of them took effect, or nobody can tell.
  init(
    maxGroup: Int, maxUnderWay: Int, maxWaiting: Int = 4_096,
    perform: @escaping @Sendable ([Item]) async throws(StateError) -> [Result<Answer, StateError>]
  ) {
    self.maxGroup = maxGroup
    self.maxUnderWay = maxUnderWay
    self.maxWaiting = maxWaiting
    self.perform = perform
  }

  /// Does what an item asks for.
  /// - Throws: `StateError`, or `CancellationError` where the caller's task is cancelled; then it was done or not.
  func call(_ item: Item) async throws -> Answer {
    let caller = GroupedCaller<Item, Answer>(item)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard caller.wait(continuation) else { return }
        switch enqueue(caller) {
        case .refused: caller.finish(.failure(StateError.unavailable("too many callers wait for the database")))
        case .waits: break
        case .leads: Task { await drain() }
        }
      }
    } onCancel: {
      caller.finish(.failure(CancellationError()))
    }
  }

  /// How many wait for their group: for tests.
  var waitingCount: Int { queue.withLock { $0.callers.count } }

  private enum Place { case refused, waits, leads }

  private func enqueue(_ caller: GroupedCaller<Item, Answer>) -> Place {
    queue.withLock { queue in
      guard queue.callers.count < maxWaiting else { return .refused }
      queue.callers.append(caller)
      guard queue.underWay < maxUnderWay else { return .waits }
      queue.underWay += 1
      return .leads
    }
  }

  /// Makes calls until nobody waits.
  private func drain() async {
    while let callers = take() {
      do throws(StateError) {
        let answers = try await perform(callers.map(\.item))
        for (caller, answer) in zip(callers, answers) { caller.finish(answer.mapError { $0 }) }
        // Whoever got no answer must not wait for ever.
        for caller in callers.dropFirst(answers.count) {
          caller.finish(.failure(StateError.corrupt("a call without an answer")))
        }
      } catch {
        for caller in callers { caller.finish(.failure(error)) }
      }
    }
  }

  /// Takes as many callers as go together, without those who gave up.
  /// - Returns: nil where nobody waits; then this call is no longer under way.
  private func take() -> [GroupedCaller<Item, Answer>]? {
    queue.withLock { queue in
      var taken: [GroupedCaller<Item, Answer>] = []
      var looked = 0
      while looked < queue.callers.count, taken.count < maxGroup {
        if !queue.callers[looked].isFinished { taken.append(queue.callers[looked]) }
        looked += 1
      }
      queue.callers.removeFirst(looked)
      if taken.isEmpty {
        queue.underWay -= 1
        return nil
      }
      return taken
    }
  }
}
