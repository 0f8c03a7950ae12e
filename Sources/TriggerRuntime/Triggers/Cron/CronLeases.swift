import FunctionKit
import Logging
import Synchronization

/// Keeps a tick to one instance, and two ticks from running at once on two instances.
///
/// A lease named after the tick is never given back, so that the tick runs once even where clocks differ; a lease named after the
/// trigger is held while the function runs, and its fencing token grows from holder to holder. That lease is short and renewed, so
/// that it ends soon after its holder died.
final class CronLeases: Sendable {
  private let keeper: any LeaseKeeper
  private let name: String
  private let runDuration: Duration
  private let logger: Logger
  private let failure = Mutex<String?>(nil)

  /// How far apart the clocks of instances may be.
  private static let clockTolerance = Duration.seconds(10)
  /// The longest that a tick is remembered.
  private static let longestMemory = Duration.seconds(86_400)

  /// Why leases cannot be had; nil where they can.
  var trouble: String? { failure.withLock { $0 } }

  init(keeper: any LeaseKeeper, name: String, runDuration: Duration, logger: Logger) {
    self.keeper = keeper
    self.name = name
    self.runDuration = runDuration
    self.logger = logger
  }

  /// Keeps a lease while something runs, then gives it back.
  ///
  /// What runs goes on where the lease is lost: the fencing token tells it from the next holder.
  /// - Parameters:
  ///   - lease: what `acquire` returned.
  ///   - body: what runs.
  func hold(_ lease: Lease, while body: () async -> Void) async {
    // Not a child: the lease must hold until the function has ended, even where the trigger is cancelled before.
    let renewal = Task { await renew(lease) }
    await body()
    renewal.cancel()
    await release(lease)
  }

  private func renew(_ lease: Lease) async {
    while (try? await Task.sleep(for: runDuration / 3)) != nil {
      do {
        guard try await keeper.renew(lease, for: runDuration) else {
          logger.warning("a lease was lost", metadata: ["lease": .string(lease.name)])
          return
        }
      } catch {
        guard !Task.isCancelled else { return }
        logger.warning("a lease was not renewed", metadata: ["error": .string(String(describing: error))])
      }
    }
  }

  /// Takes the right to run a tick.
  /// - Parameters:
  ///   - tick: the tick.
  ///   - period: how long until the next; another instance may come that late.
  /// - Returns: nil where another instance runs or ran it, or the previous one goes on elsewhere, or nobody can tell.
  func acquire(_ tick: EventTime, period: Duration?) async -> Lease? {
    do {
      // First the run, then the tick: a tick that cannot run yet is not used up.
      guard let run = try await keeper.acquire(name, for: runDuration) else {
        failure.withLock { $0 = nil }
        return nil
      }
      let memory = min((period ?? .zero) + Self.clockTolerance, Self.longestMemory)
      guard try await keeper.acquire("\(name)@\(tick.unixMilliseconds)", for: memory) != nil else {
        failure.withLock { $0 = nil }
        await release(run)
        return nil
      }
      failure.withLock { $0 = nil }
      return run
    } catch {
      failure.withLock { $0 = "leases cannot be had" }
      logger.warning("a lease cannot be had", metadata: ["error": .string(String(describing: error))])
      return nil
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
