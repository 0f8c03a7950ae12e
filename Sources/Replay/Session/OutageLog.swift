import NIOCore

/// Notices when the server can't be reached or answers with failures, and how long until it works again.
struct OutageLog {
  private struct Outage {
    var start: NIODeadline
    var cause: String
    var firstSuccess: NIODeadline?
    var failures = 1
  }

  private let origin: NIODeadline
  private var current: Outage?
  private var failing = 0
  private(set) var recoveries: [ReplayReport.Recovery] = []

  init(origin: NIODeadline) {
    self.origin = origin
  }

  var isOpen: Bool { current != nil }
  var currentStart: NIODeadline? { current?.start }

  /// A call failed.
  /// - Parameters:
  ///   - isFirst: whether it had not failed before.
  ///   - start: when that attempt began.
  ///   - cause: how it failed.
  mutating func failed(isFirst: Bool, start: NIODeadline, cause: String) {
    if isFirst { failing += 1 }
    if current == nil {
      current = Outage(start: start, cause: cause)
    } else {
      current?.failures += 1
      if let known = current?.start, start < known { current?.start = start }
    }
  }

  /// A call that had failed succeeded.
  /// - Returns: when the outage began, where it is over now.
  mutating func succeeded(at now: NIODeadline) -> NIODeadline? {
    if current?.firstSuccess == nil { current?.firstSuccess = now }
    return ended(at: now)
  }

  /// A call that had failed was given up.
  mutating func gaveUp(at now: NIODeadline) -> NIODeadline? { ended(at: now) }

  private mutating func ended(at now: NIODeadline) -> NIODeadline? {
    failing = max(failing - 1, 0)
    guard failing == 0, let outage = current else { return nil }
    current = nil
    recoveries.append(
      ReplayReport.Recovery(
        cause: outage.cause, atSeconds: Self.seconds(from: origin, to: outage.start),
        seconds: Self.seconds(from: outage.start, to: outage.firstSuccess ?? now),
        clearedSeconds: Self.seconds(from: outage.start, to: now), failures: outage.failures,
        isRecovered: outage.firstSuccess != nil))
    return outage.start
  }

  private static func seconds(from start: NIODeadline, to end: NIODeadline) -> Double {
    Double((end - start).nanoseconds) / 1e9
  }
}
