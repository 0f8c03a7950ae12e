package import HexGrid

/// One recorded position of a cab.
package struct RecordedPing: Hashable, Sendable {
  /// When, in milliseconds since 1970.
  package var unixMilliseconds: Int64
  /// Where.
  package var place: GeoPoint
  /// Which cab: an index into the file's names.
  package var cab: Int32
  /// Whether a passenger was aboard.
  package var occupied: Bool

  /// Creates a ping.
  package init(unixMilliseconds: Int64, place: GeoPoint, cab: Int32, occupied: Bool) {
    self.unixMilliseconds = unixMilliseconds
    self.place = place
    self.cab = cab
    self.occupied = occupied
  }
}
