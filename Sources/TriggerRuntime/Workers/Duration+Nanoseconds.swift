extension Duration {
  /// This duration in whole nanoseconds, saturating.
  var wholeNanoseconds: Int64 {
    // Up to nine seconds fit: dividing 64 bits by a constant costs a fraction of dividing 128.
    if let short = Int64(exactly: attoseconds) { return short / 1_000_000_000 }
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }
}
