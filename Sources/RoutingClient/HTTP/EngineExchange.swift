import NIOCore

/// A request on its way, and whoever waits for the answer. Lives on the event loop of its pool.
final class EngineExchange {
  let request: EngineRequest
  private let promise: EventLoopPromise<EngineReply>
  private var timer: Scheduled<Void>?
  /// The connection that it is on.
  weak var connection: EngineConnection?
  /// How often it was sent.
  var attempts = 0
  private(set) var isDone = false

  init(_ request: EngineRequest, promise: EventLoopPromise<EngineReply>, deadline: NIODeadline, on loop: any EventLoop)
  {
    self.request = request
    self.promise = promise
    timer = loop.assumeIsolated().scheduleTask(deadline: deadline) { self.expire() }
  }

  func finish(_ result: Result<EngineReply, RoutingError>) {
    guard !isDone else { return }
    isDone = true
    timer?.cancel()
    timer = nil
    switch result {
    case .success(let reply): promise.succeed(reply)
    case .failure(let error): promise.fail(error)
    }
  }

  private func expire() {
    finish(.failure(RoutingError(.timedOut)))
    // The answer may still come: the connection is of no use to others.
    connection?.close()
  }
}
