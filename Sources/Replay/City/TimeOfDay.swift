/// A local time of day, `00:00` to `24:00`.
package struct TimeOfDay: Hashable, Sendable {
  /// Seconds since midnight.
  package var seconds: Int64

  /// Reads `HH:MM` or `HH:MM:SS`.
  /// - Parameter text: the text.
  /// - Returns: nil where it is no time of day.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    var numbers: [Int64] = []
    for part in parts {
      guard (1...2).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int64(part)
      else {
        return nil
      }
      numbers.append(number)
    }
    let second = numbers.count == 3 ? numbers[2] : 0
    guard numbers[0] <= 24, numbers[1] < 60, second < 60 else { return nil }
    seconds = numbers[0] * 3_600 + numbers[1] * 60 + second
    guard seconds <= 86_400 else { return nil }
  }
}
