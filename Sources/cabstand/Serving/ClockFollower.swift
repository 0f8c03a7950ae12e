import Logging
import ServiceLifecycle

/// Keeps an adjustable clock as the record has it: another worker process may have been told to set it.
struct ClockFollower: Service {
  /// How often it looks, in real time.
  static let period = Duration.milliseconds(100)

  let routes: ClockRoutes
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await routes.restore()
        } catch {
          logger.debug("the clock cannot be read", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: Self.period)
      }
    }
  }
}
