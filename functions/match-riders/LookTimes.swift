import DispatchCore
import Synchronization

/// When each region was looked at last by this instance: with it a window's end is noticed although a tick was missed. Without it, and
/// on another instance, it is noticed by the ticks themselves.
final class LookTimes: Sendable {
  private let times = Mutex<[RegionID: Timestamp]>([:])

  /// Notes a look.
  /// - Returns: when the one before was.
  func look(at region: RegionID, _ now: Timestamp) -> Timestamp? {
    times.withLock { $0.updateValue(now, forKey: region) }
  }
}
