import FunctionKit
import Logging

/// Keeps the runs of a trigger to one at a time across instances.
///
/// The lease is held while the function runs, and its fencing token grows from holder to holder. It is short and renewed, so that it
/// ends soon after its holder died. Which ticks ran is not its business but the ledger's.
struct CronLease: Sendable {
  let keeper: any LeaseKeeper
  let name: String
  let duration: Duration
  let logger: Logger

  /// Takes the right to run; nil where another instance has it.
  /// - Throws: where nobody can tell.
  func acquire() async throws -> Lease? { try await keeper.acquire(name, for: duration) }

  /// Keeps a lease while something runs, then gives it back.
  ///
  /// What runs goes on where the lease is lost: the fencing token tells it from the next holder.
  /// - Parameters:
  ///   - lease: what `acquire` returned.
  ///   - body: what runs.
  func hold<T>(_ lease: Lease, while body: () async throws -> T) async rethrows -> T {
    // Not a child: the lease must hold until the function has ended, even where the trigger is cancelled before.
    let renewal = Task { await renew(lease) }
    do {
      let value = try await body()
      renewal.cancel()
      await release(lease)
      return value
    } catch {
      renewal.cancel()
      await release(lease)
      throw error
    }
  }

  private func renew(_ lease: Lease) async {
    while (try? await Task.sleep(for: duration / 3)) != nil {
      do {
        guard try await keeper.renew(lease, for: duration) else {
          logger.warning("a lease was lost", metadata: ["lease": .string(lease.name)])
          return
        }
      } catch {
        guard !Task.isCancelled else { return }
        logger.warning("a lease was not renewed", metadata: ["error": .string(String(describing: error))])
      }
    }
  }

  private func release(_ lease: Lease) async {
    do {
      try await keeper.release(lease)
    } catch {
      logger.debug("a lease was not given back", metadata: ["error": .string(String(describing: error))])
    }
  }
}
