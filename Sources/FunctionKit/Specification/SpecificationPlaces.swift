/// Where in a file the fields of a trigger stand, for errors that are found only when it is built.
public struct SpecificationPlaces: Sendable, Equatable {
  /// A line and a column, from 1.
  package struct Place: Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// The file, as it was named to the reader.
  package var file: String?
  /// Places by path within the trigger, such as `attributes.topic`; the trigger's own is under the empty path.
  package var places: [String: Place] = [:]

  /// Creates an empty table.
  public init() {}

  /// File, line and column of a path, or of the nearest above it, followed by a colon and a space; empty where nothing is known.
  package func prefix(_ path: String) -> String {
    guard let file else { return "" }
    var path = path[...]
    while true {
      if let place = places[String(path)] { return "\(file):\(place.line):\(place.column): " }
      if path.isEmpty { return "\(file): " }
      path = path.lastIndex(of: ".").map { path[..<$0] } ?? ""
    }
  }

  /// Where something stands makes no difference to what it says.
  public static func == (left: SpecificationPlaces, right: SpecificationPlaces) -> Bool { true }
}
