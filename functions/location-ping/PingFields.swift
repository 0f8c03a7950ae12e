import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// The fields of one ping as they were found, before they are checked.
struct PingFields {
  /// A field of the wrong type.
  enum Flaw {
    case wrongType(StaticString, StaticString)
    case badID
  }

  /// A moment as it was found.
  enum Moment {
    case number(JSONNumber)
    case text(String)
  }

  var driver: DriverID?
  var time: Moment?
  var latitude: Double?
  var longitude: Double?
  var heading: Double?
  var speed: Double?
  var isOccupied = false
  var flaw: Flaw?

  /// The ping, once every field is found good.
  /// - Parameters:
  ///   - rules: against what times and callers are checked.
  ///   - index: its place in the array; nil for a ping alone.
  func ping(_ rules: PingReader, index: Int?) throws(FunctionError) -> DriverPing {
    if let flaw { throw Self.error(flaw, index) }
    guard let driver else { throw Self.missing("driver", "an id", index) }
    guard let time else { throw Self.missing("time", "whole milliseconds since 1970 or an RFC 3339 time", index) }
    guard let latitude else { throw Self.missing("latitude", "degrees from -90 to 90", index) }
    guard let longitude else { throw Self.missing("longitude", "degrees from -180 to 180", index) }
    if !(-90...90).contains(latitude) { try InputRules.checkLatitude(latitude, field: Self.path("latitude", index)) }
    if !(-180...180).contains(longitude) {
      try InputRules.checkLongitude(longitude, field: Self.path("longitude", index))
    }
    let moment = try moment(time, rules, index)
    try check(heading, "heading", 0...360, index)
    try check(speed, "speed", 0...100, index)
    if case .driver(let id) = rules.caller, id != driver.text {
      throw FunctionError(
        .forbidden, code: "notYou", "The caller is driver:\(id), but the ping is of \(driver).",
        field: Self.path("driver", index))
    }
    return DriverPing(
      driver: driver, time: moment, position: GeoPoint(latitude: latitude, longitude: longitude),
      headingDegrees: heading.map { UInt16($0) }, speedMetersPerSecond: speed.map { Float($0) }, isOccupied: isOccupied)
  }

  private func moment(_ value: Moment, _ rules: PingReader, _ index: Int?) throws(FunctionError) -> Timestamp {
    if case .number(.integer(let milliseconds)) = value {
      let moment = Timestamp(unixMilliseconds: milliseconds)
      if rules.window.judge(moment, now: rules.now) == .fine { return moment }
    }
    let found: JSONValue =
      switch value {
      case .number(let number): .number(number)
      case .text(let text): .string(text)
      }
    return try InputRules.time(found, field: Self.path("time", index), now: rules.now, within: rules.window)
  }

  private func check(
    _ value: Double?, _ name: String, _ range: ClosedRange<Double>, _ index: Int?
  ) throws(FunctionError) {
    guard let value, !range.contains(value) else { return }
    throw FunctionError(
      .unprocessable, code: "\(name)OutOfRange",
      "Expected \(Self.path(name, index)) to be from \(range.lowerBound) to \(range.upperBound), found \(value).",
      field: Self.path(name, index))
  }

  private static func path(_ name: String, _ index: Int?) -> String {
    guard let index else { return name }
    return name.isEmpty ? "[\(index)]" : "[\(index)].\(name)"
  }

  private static func missing(_ name: String, _ expected: String, _ index: Int?) -> FunctionError {
    FunctionError(
      .badInput, code: "missingField", "Expected \(path(name, index)): \(expected).", field: path(name, index))
  }

  private static func error(_ flaw: Flaw, _ index: Int?) -> FunctionError {
    switch flaw {
    case .wrongType(let name, let expected):
      FunctionError(
        .badInput, code: "wrongType", "Expected \(path("\(name)", index)) to be \(expected).",
        field: path("\(name)", index))
    case .badID:
      FunctionError(
        .badInput, code: "badID", "Expected \(path("driver", index)) to be 1 to 64 characters of A-Z a-z 0-9 . _ : -",
        field: path("driver", index))
    }
  }
}
