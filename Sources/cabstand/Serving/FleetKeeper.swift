import DispatchCore
import DispatchState
import Logging
import ServiceLifecycle

/// Watches that the fleet index has what the record says, and rebuilds it where it was lost or fell behind.
struct FleetKeeper: Service {
  /// How often it looks, in real time.
  static let period = Duration.milliseconds(250)

  let follower: FleetFollower
  let regions: [RegionID]
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        for region in regions { await look(at: region) }
        try? await Task.sleep(for: Self.period)
      }
    }
  }

  private func look(at region: RegionID) async {
    do {
      if let count = try await follower.catchUp(region) {
        logger.info("fleet index follows the record", metadata: ["region": "\(region)", "drivers": "\(count)"])
      }
    } catch {
      logger.debug("fleet index is behind", metadata: ["region": "\(region)", "error": "\(error)"])
    }
  }
}
