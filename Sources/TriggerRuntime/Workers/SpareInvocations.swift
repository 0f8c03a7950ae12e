import Synchronization

/// Awaited invocations that are over, so that the next ones need no new objects.
final class SpareInvocations: Sendable {
  private static let limit = 64

  private let all = Mutex<[AwaitedInvocation]>([])

  /// One that may be filled anew.
  func take() -> AwaitedInvocation { all.withLock { $0.popLast() } ?? AwaitedInvocation() }

  /// Takes one back that nobody else holds.
  func put(_ invocation: AwaitedInvocation) {
    all.withLock { all in
      if all.count < Self.limit { all.append(invocation) }
    }
  }
}
