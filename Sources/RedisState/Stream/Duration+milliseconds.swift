extension Duration {
  /// Whole milliseconds, cut off, 0 or more.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let milliseconds = Double(seconds) * 1_000 + Double(attoseconds / 1_000_000_000_000_000)
    return Int(min(max(milliseconds, 0), 1e15))
  }
}
