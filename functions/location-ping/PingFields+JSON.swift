import DispatchCore
import FunctionKit

extension PingFields {
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

  private mutating func takeTime(_ scanner: inout JSONScanner) throws(JSONError) -> Moment? {
    switch scanner.peek() {
    case UInt8(ascii: "\""): return .text(try scanner.takeString())
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
}
