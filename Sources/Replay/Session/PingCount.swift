import FunctionKit

/// What became of pings.
package struct PingCount: Equatable, Sendable {
  /// Pings sent in requests that were answered.
  package var sent = 0
  /// Valid ones.
  package var accepted = 0
  /// Valid ones that changed nothing.
  package var superseded = 0
  /// Refused ones.
  package var rejected = 0
  /// Pings in requests that were not answered.
  package var lost = 0
  /// Pings never sent, because too many requests were under way.
  package var skipped = 0

  /// Takes in an answer to `POST /v1/pings`.
  /// - Parameter count: how many pings the request carried.
  mutating func note(_ reply: HTTPReply, count: Int) {
    sent += count
    guard reply.status == 200, let json = reply.json else {
      rejected += count
      return
    }
    accepted += json["accepted"]?.integer ?? 0
    superseded += json["superseded"]?.integer ?? 0
    rejected += json["rejected"]?.elements?.count ?? 0
  }
}
