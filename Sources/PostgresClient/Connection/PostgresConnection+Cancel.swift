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

  private func requestCancel() {
    guard !isCancelUnderWay, let handle else { return }
    guard let request = PQgetCancel(handle) else {
      end(lostError())
      return
    }
    isCancelUnderWay = true
    cancelTarget = inFlight.first
    isFenced = true
    owner?.connection(self, isFenced: true)
    cancelGrace = .now + Self.graceAfterCancel
    timer?.arm(cancelGrace)
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
    if let first = inFlight.first, first !== cancelTarget, first.abandoned != nil, !first.isFinished {
      // Another one was abandoned meanwhile and has come to run.
      requestCancel()
      return
    }
    if mode == .pipeline { sendFence() }
    // In simple mode the fence is sent when the query has ended.
  }

  func sendFence() {
    send([PostgresUnit(.fence, deadline: .never, standsAlone: false, mayCommit: false)])
  }

  /// The fence has been answered: no cancel request can hit what is sent from now on.
  func unfence() {
    // A second unit may have been abandoned meanwhile and be the one that runs now.
    guard !isCancelUnderWay else { return }
    isFenced = false
    cancelGrace = .never
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
