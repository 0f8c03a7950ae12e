import DispatchCore
import FunctionKit

/// What a body of pings held.
struct PingBatch {
  /// A ping that cannot be taken.
  struct Rejected {
    /// Its place in the array; 0 for a single ping.
    var index: Int
    var error: FunctionError
  }

  var pings: [DriverPing] = []
  var rejected: [Rejected] = []
}
