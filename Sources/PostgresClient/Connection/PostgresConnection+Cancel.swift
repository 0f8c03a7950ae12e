internal import CLibpq
internal import Dispatch

/// Cancelling what runs on the server.
///
/// A cancel request goes over a connection of its own and names the session, not the statement. So from the request
/// until a sync that was sent after it has been answered, nothing new is sent (the connection is *fenced*), and a
/// pipelined neighbour that was hit by mistake, and therefore rolled back, is sent again.
extension PostgresConnection {
  /// How long the server may take to answer after a cancel request.
  private static let graceAfterCancel = Duration.seconds(2)
  private static let pauseBeforeNextCancel = DispatchTimeInterval.milliseconds(50)

  /// Called on the queue.
  func abandonOnQueue(_ unit: PostgresUnit, _ reason: PostgresError.Code) {
    guard !unit.isFinished, unit.abandoned == nil else { return }
    let text = reason == .timeout ? "the deadline passed" : "the task was cancelled"
    if held.contains(where: { $0 === unit }) {
      held.removeAll { $0 === unit }
      unit.finish(.failure(PostgresError(reason, text)))
      owner?.connection(self, hasFinished: 1)
      return
    }
    guard phase == .ready, let first = inFlight.first else { return }
    unit.abandoned = reason
    if mode == .copyIn || mode == .copyOut {
      // The server does not notice a cancel request while it waits for our data.
      end(PostgresError(reason, text))
    } else if first === unit {
      requestCancel()
    } else if inFlight.units.contains(where: { $0 === unit }) {
      // It waits behind others. It cannot be taken back, so its answer will be dropped.
      unit.finish(.failure(PostgresError(reason, text, isUnsureWhetherCommitted: unit.mayCommit)))
    }
  }

  /// Asks the server to cancel what runs now: the first unit in flight.
  private func requestCancel() {
    guard !isCancelUnderWay, phase == .ready, let handle, let target = inFlight.first else { return }
    guard let request = PQgetCancel(handle) else {
      end(lostError())
      return
    }
    isCancelUnderWay = true
    if cancelTarget !== target {
      cancelTarget = target
      cancelGrace = .now + Self.graceAfterCancel
      timer?.arm(cancelGrace)
    }
    if !isFenced {
      isFenced = true
      owner?.connection(self, isFenced: true)
    }
    let box = CancelRequest(pointer: request)
    // PQcancel connects and waits, so it gets a thread that may block.
    DispatchQueue.global(qos: .utility).async {
      box.send()
      self.queue.async { self.cancelWasDelivered() }
    }
  }

  private func cancelWasDelivered() {
    isCancelUnderWay = false
    guard phase == .ready else { return }
    guard cancelTarget != nil else {
      goOnAfterCancel()
      return
    }
    // The server ignores a request that meets the session between two messages, so it is repeated.
    queue.asyncAfter(deadline: .now() + Self.pauseBeforeNextCancel) {
      if self.cancelTarget != nil { self.requestCancel() }
    }
  }

  /// Called when a unit has been answered for good.
  func cancelTargetWasAnswered(_ unit: PostgresUnit) {
    guard unit === cancelTarget else { return }
    cancelTarget = nil
    // From now on slowness is the fault of whoever is next.
    cancelGrace = .never
    if !isCancelUnderWay { queue.async { self.goOnAfterCancel() } }
  }

  /// Nothing is being cancelled any more: cancel the next one, if it was abandoned too, or lower the fence.
  private func goOnAfterCancel() {
    guard phase == .ready, isFenced, !isCancelUnderWay, cancelTarget == nil else { return }
    if let first = inFlight.first, first.abandoned != nil, !first.isFinished {
      requestCancel()
    } else if mode == .pipeline {
      send([PostgresUnit(.fence, deadline: .never, standsAlone: false, mayCommit: false)])
    }
  }

  /// The fence has been answered: no cancel request can hit what is sent from now on.
  func unfence() {
    // A unit between the target and the fence may have been abandoned meanwhile; then another fence follows.
    guard isFenced, !isCancelUnderWay, cancelTarget == nil else { return }
    isFenced = false
    owner?.connection(self, isFenced: false)
    let units = held
    held = []
    if !units.isEmpty { send(units) }
  }
}

/// Carries libpq's cancel object to another thread.
private final class CancelRequest: @unchecked Sendable {
  private let pointer: OpaquePointer

  init(pointer: OpaquePointer) { self.pointer = pointer }

  func send() {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      _ = PQcancel(pointer, buffer.baseAddress, 256)
    }
    PQfreeCancel(pointer)
  }
}
