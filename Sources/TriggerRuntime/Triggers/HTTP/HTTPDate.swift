import FunctionKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The present time as HTTP writes it, made once per second.
struct HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private var second: Int = .min
  private var cached: [UInt8] = []

  /// `Sun, 06 Nov 1994 08:49:37 GMT` for now.
  mutating func text() -> [UInt8] {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    if time.tv_sec != second {
      second = time.tv_sec
      cached = Self.format(second)
    }
    return cached
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` for a second since 1970.
  static func format(_ second: Int) -> [UInt8] {
    let day = Int((Double(second) / 86_400).rounded(.down))
    let rest = second - day * 86_400
    let date = CivilDate(daysSinceEpoch: day)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let weekday = days[((day % 7) + 7) % 7]
    let text =
      "\(weekday), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
      + "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    return Array(text.utf8)
  }
}
