import Synchronization

/// Awaited invocations that are over, so that the next ones need no new objects.
final class SpareInvocations: Sendable {
  private static let limit = 64

  /// The address of the one that came back last, 0 without one, which costs no lock; whoever takes it out owns the reference.
  private let last = Atomic<UInt>(0)
  private let others = Mutex<[AwaitedInvocation]>([])

  deinit { _ = takeLast() }

  /// One that may be filled anew; nil where there is none.
  func take() -> AwaitedInvocation? { takeLast() ?? others.withLock { $0.popLast() } }

  private func takeLast() -> AwaitedInvocation? {
    guard let address = UnsafeRawPointer(bitPattern: last.exchange(0, ordering: .acquiring)) else { return nil }
    return Unmanaged.fromOpaque(address).takeRetainedValue()
  }

  /// Takes one back that nobody else holds.
  func put(_ invocation: consuming AwaitedInvocation) {
    let reference = Unmanaged.passRetained(invocation)
    let isKept = last.compareExchange(
      expected: 0, desired: UInt(bitPattern: reference.toOpaque()), ordering: .releasing
    ).exchanged
    guard !isKept else { return }
    let invocation = reference.takeRetainedValue()
    others.withLock { others in
      if others.count < Self.limit { others.append(invocation) }
    }
  }
}
