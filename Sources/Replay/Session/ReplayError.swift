/// Why a replay could not begin.
package enum ReplayError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server did not become ready in time.
  case unreachable(server: String, reason: String)
  /// The server answered what the interface does not provide for.
  case unexpected(what: String, status: Int, code: String)
  /// No driver could begin a shift.
  case noDrivers(reason: String)

  package var description: String {
    switch self {
    case .unreachable(let server, let reason): "\(server) is not ready: \(reason)"
    case .unexpected(let what, let status, let code): "\(what) answered \(status) \(code)"
    case .noDrivers(let reason): "no driver could begin a shift: \(reason)"
    }
  }
}
