package import HexGrid

/// What a driver tells of a completed ride besides its distance.
package struct TripReport: Sendable, Hashable {
  /// Where it ended.
  package var end: GeoPoint?
  /// Stops that the rider asked for on the way.
  package var stops: Int64?
  /// Tolls that the driver laid out, in minor units.
  package var tollMinorUnits: Int64?

  package init(end: GeoPoint? = nil, stops: Int64? = nil, tollMinorUnits: Int64? = nil) {
    self.end = end
    self.stops = stops
    self.tollMinorUnits = tollMinorUnits
  }

  /// As one text, as stores keep it; nil where nothing is told.
  package var text: String? {
    var parts: [String] = []
    if let end { parts.append("end \(end.latitude) \(end.longitude)") }
    if let stops { parts.append("stops \(stops)") }
    if let tollMinorUnits { parts.append("tolls \(tollMinorUnits)") }
    return parts.isEmpty ? nil : parts.joined(separator: ",")
  }

  /// Reads what `text` wrote.
  package init?(text: String) {
    for part in text.split(separator: ",") {
      let words = part.split(separator: " ")
      switch (words.first, words.count) {
      case ("end", 3):
        guard let latitude = Double(words[1]), let longitude = Double(words[2]) else { return nil }
        end = GeoPoint(latitude: latitude, longitude: longitude)
      case ("stops", 2): stops = Int64(words[1])
      case ("tolls", 2): tollMinorUnits = Int64(words[1])
      default: return nil
      }
    }
  }
}
