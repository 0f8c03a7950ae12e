import FunctionKit
import Synchronization

/// Keeps a source that knows no consumers, such as a folder, to one instance at a time.
final class SourceLease: Sendable {
  private let keeper: (any LeaseKeeper)?
  private let name: String
  private let held = Mutex<Lease?>(nil)

  /// How long an instance that died keeps others out.
  static let duration = Duration.seconds(15)

  /// Creates it.
  /// - Parameters:
  ///   - keeper: who grants it; nil where there is one instance only.
  ///   - name: names the source among all instances.
  init(_ keeper: (any LeaseKeeper)?, name: String) {
    self.keeper = keeper
    self.name = name
  }

  /// Whether this instance may read; asks for the lease where nobody has it.
  func isHeld() async throws -> Bool {
    guard let keeper else { return true }
    if held.withLock({ $0 != nil }) { return true }
    guard let lease = try await keeper.acquire(name, for: Self.duration) else { return false }
    held.withLock { $0 = lease }
    return true
  }

  /// Makes the lease hold longer.
  func renew() async throws {
    guard let keeper, let lease = held.withLock({ $0 }) else { return }
    guard try await !keeper.renew(lease, for: Self.duration) else { return }
    held.withLock { $0 = nil }
  }

  /// Gives the lease back.
  func release() async {
    guard let keeper, let lease = held.withLock({ $0 }) else { return }
    held.withLock { $0 = nil }
    try? await keeper.release(lease)
  }
}
