import DispatchState
import ServiceLifecycle

/// Ends the feeds at shutdown, so that clients reconnect elsewhere and the server drains soon.
struct FeedCloser: Service {
  let hub: FeedHub

  func run() async throws {
    try? await gracefulShutdown()
    hub.close()
  }
}
