import Synchronization

/// Awaited invocations that are over, so that the next ones need no new objects.
final class SpareInvocations: Sendable {
  private static let limit = 64

  /// The address of the one that came back last, 0 without one, which costs no lock; whoever takes it out owns the reference.
  private let last = Atomic<UInt>(0)
  private let others = Mutex<[AwaitedInvocation]>([])

  deinit { takeLast()?.release() }

  /// One that may be filled anew; nil where there is none.
  /// - Returns: a reference that belongs to the caller.
  func take() -> Unmanaged<AwaitedInvocation>? {
    takeLast() ?? others.withLock { $0.popLast() }.map { .passRetained($0) }
  }

  private func takeLast() -> Unmanaged<AwaitedInvocation>? {
    guard let address = UnsafeRawPointer(bitPattern: last.exchange(0, ordering: .acquiring)) else { return nil }
    return .fromOpaque(address)
  }

  /// Takes one back that nobody else holds.
  /// - Parameter invocation: a reference that belonged to the caller.
  func put(_ invocation: Unmanaged<AwaitedInvocation>) {
    let isKept = last.compareExchange(
      expected: 0, desired: UInt(bitPattern: invocation.toOpaque()), ordering: .releasing
    ).exchanged
    guard !isKept else { return }
    let invocation = invocation.takeRetainedValue()
    others.withLock { others in
      if others.count < Self.limit { others.append(invocation) }
    }
  }
}
