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

  var driver: DriverID?
  var time: JSONValue?
  var latitude: Double?
  var longitude: Double?
  var heading: Double?
  var speed: Double?
  var isOccupied = false
  var flaw: Flaw?

  /// Takes the value of a key; unknown keys are skipped.
  mutating func take(_ key: (range: Range<Int>, isPlain: Bool), _ scanner: inout JSONScanner) throws(JSONError) {
    let name = scanner.slice(key.range)
    switch name.count {
    case 4 where Self.equal(name, "time"): time = try takeTime(&scanner)
    case 5 where Self.equal(name, "speed"): speed = try takeNumber(&scanner, "speed")
    case 6 where Self.equal(name, "driver"): try takeDriver(&scanner)
    case 7 where Self.equal(name, "heading"): heading = try takeNumber(&scanner, "heading")
    case 8 where Self.equal(name, "latitude"): latitude = try takeNumber(&scanner, "latitude")
    case 8 where Self.equal(name, "occupied"): try takeOccupied(&scanner)
    case 8 where Self.equal(name, "accuracy"): _ = try takeNumber(&scanner, "accuracy")
    case 9 where Self.equal(name, "longitude"): longitude = try takeNumber(&scanner, "longitude")
    default: try scanner.skipValue()
    }
  }

  private static func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
    for index in 0..<bytes.count where bytes[index] != name.utf8Start[index] { return false }
    return true
  }

  private mutating func takeDriver(_ scanner: inout JSONScanner) throws(JSONError) {
    if try scanner.takeNullIfPresent() {
      driver = nil
      return
    }
    guard scanner.peek() == UInt8(ascii: "\"") else {
      try scanner.skipValue()
      flaw = flaw ?? .wrongType("driver", "a text")
      return
    }
    var again = scanner
    let (range, isPlain) = try scanner.takeRawString()
    let bytes = scanner.slice(range)
    if isPlain, DriverID.isValid(bytes) {
      driver = DriverID(trusted: String(decoding: bytes, as: UTF8.self))
    } else if !isPlain, let id = DriverID(try again.takeString()) {
      driver = id
    } else {
      flaw = flaw ?? .badID
    }
  }

  private mutating func takeTime(_ scanner: inout JSONScanner) throws(JSONError) -> JSONValue? {
    switch scanner.peek() {
    case UInt8(ascii: "\""): return .string(try scanner.takeString())
    case UInt8(ascii: "-"), UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"),
      UInt8(ascii: "4"),
      UInt8(ascii: "5"), UInt8(ascii: "6"), UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "9"):
      return .number(try scanner.takeNumber())
    case UInt8(ascii: "n"):
      try scanner.skipValue()
      return nil
    default:
      try scanner.skipValue()
      flaw = flaw ?? .wrongType("time", "whole milliseconds since 1970 or an RFC 3339 time")
      return nil
    }
  }

  private mutating func takeNumber(_ scanner: inout JSONScanner, _ name: StaticString) throws(JSONError) -> Double? {
    switch scanner.peek() {
    case UInt8(ascii: "n"):
      try scanner.skipValue()
      return nil
    case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "t"), UInt8(ascii: "f"):
      try scanner.skipValue()
      flaw = flaw ?? .wrongType(name, "a number")
      return nil
    default:
      return try scanner.takeNumber().double
    }
  }

  private mutating func takeOccupied(_ scanner: inout JSONScanner) throws(JSONError) {
    if let flag = try scanner.takeBoolIfPresent() {
      isOccupied = flag
    } else {
      if scanner.peek() != UInt8(ascii: "n") { flaw = flaw ?? .wrongType("occupied", "true or false") }
      try scanner.skipValue()
    }
  }

  /// The ping, once every field is found good.
  /// - Parameters:
  ///   - rules: against what times and callers are checked.
  ///   - prefix: the path of the ping in the body.
  func ping(_ rules: PingReader, prefix: String) throws(FunctionError) -> DriverPing {
    if let flaw { throw Self.error(flaw, prefix) }
    guard let driver else { throw Self.missing("driver", "an id", prefix) }
    guard let time else { throw Self.missing("time", "whole milliseconds since 1970 or an RFC 3339 time", prefix) }
    guard let latitude else { throw Self.missing("latitude", "degrees from -90 to 90", prefix) }
    guard let longitude else { throw Self.missing("longitude", "degrees from -180 to 180", prefix) }
    if !(-90...90).contains(latitude) { try InputRules.checkLatitude(latitude, field: Self.path("latitude", prefix)) }
    if !(-180...180).contains(longitude) {
      try InputRules.checkLongitude(longitude, field: Self.path("longitude", prefix))
    }
    let moment = try moment(time, rules, prefix)
    try check(heading, "heading", 0...360, prefix)
    try check(speed, "speed", 0...100, prefix)
    if case .driver(let id) = rules.caller, id != driver.text {
      throw FunctionError(
        .forbidden, code: "notYou", "The caller is driver:\(id), but the ping is of \(driver).",
        field: Self.path("driver", prefix))
    }
    return DriverPing(
      driver: driver, time: moment, position: GeoPoint(latitude: latitude, longitude: longitude),
      headingDegrees: heading.map { UInt16($0) }, speedMetersPerSecond: speed.map { Float($0) }, isOccupied: isOccupied)
  }

  private func moment(_ value: JSONValue, _ rules: PingReader, _ prefix: String) throws(FunctionError) -> Timestamp {
    if case .number(.integer(let milliseconds)) = value {
      let moment = Timestamp(unixMilliseconds: milliseconds)
      if rules.window.judge(moment, now: rules.now) == .fine { return moment }
    }
    return try InputRules.time(value, field: Self.path("time", prefix), now: rules.now, within: rules.window)
  }

  private func check(
    _ value: Double?, _ name: String, _ range: ClosedRange<Double>, _ prefix: String
  ) throws(FunctionError) {
    guard let value, !range.contains(value) else { return }
    throw FunctionError(
      .unprocessable, code: "\(name)OutOfRange",
      "Expected \(Self.path(name, prefix)) to be from \(range.lowerBound) to \(range.upperBound), found \(value).",
      field: Self.path(name, prefix))
  }

  private static func path(_ name: String, _ prefix: String) -> String {
    prefix.isEmpty ? name : (name.isEmpty ? prefix : prefix + "." + name)
  }

  private static func missing(_ name: String, _ expected: String, _ prefix: String) -> FunctionError {
    FunctionError(
      .badInput, code: "missingField", "Expected \(path(name, prefix)): \(expected).", field: path(name, prefix))
  }

  private static func error(_ flaw: Flaw, _ prefix: String) -> FunctionError {
    switch flaw {
    case .wrongType(let name, let expected):
      FunctionError(
        .badInput, code: "wrongType", "Expected \(path("\(name)", prefix)) to be \(expected).",
        field: path("\(name)", prefix))
    case .badID:
      FunctionError(
        .badInput, code: "badID", "Expected \(path("driver", prefix)) to be 1 to 64 characters of A-Z a-z 0-9 . _ : -",
        field: path("driver", prefix))
    }
  }
}
