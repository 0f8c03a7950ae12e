/// What became of a file's rows.
package struct DatasetRows: Equatable, Sendable {
  /// Rows read, without the header and blank lines.
  package var read = 0
  /// Rows that were taken.
  package var taken = 0
  /// Rows that the file itself marks as implausible (`clean` is 0).
  package var unclean = 0
  /// Rows that could not be read.
  package var bad = 0
  /// Why the first bad row could not be read.
  package var firstBad: DatasetError?

  /// Creates an empty count.
  package init() {}

  /// Counts a bad row and remembers the first reason.
  package mutating func noteBad(_ error: @autoclosure () -> DatasetError) {
    bad += 1
    if firstBad == nil { firstBad = error() }
  }
}
