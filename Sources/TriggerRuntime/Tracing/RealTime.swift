import FunctionKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Real time, whatever city time is.
enum RealTime {
  /// Nanoseconds since 1970.
  static var unixNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
  }
}

extension EventTime {
  /// The present moment in real time.
  static var realNow: EventTime { EventTime(unixMilliseconds: Int64(RealTime.unixNanoseconds / 1_000_000)) }
}
