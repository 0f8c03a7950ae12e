import DispatchCore
import FunctionKit

extension PingFields {
  private static let null: UInt8 = 22
  private static let undefined: UInt8 = 23

  /// Takes the value at a place of a ping's array; places beyond the known ones are skipped.
  mutating func take(_ place: Int, _ scanner: inout CBORScanner) throws(CBORError) {
    switch place {
    case 0: try takeDriver(&scanner)
    case 1: try takeTime(&scanner)
    case 2: latitude = try takeNumber(&scanner, "latitude")
    case 3: longitude = try takeNumber(&scanner, "longitude")
    case 4: heading = try takeNumber(&scanner, "heading")
    case 5: speed = try takeNumber(&scanner, "speed")
    case 6: try takeOccupied(&scanner)
    case 7: _ = try takeNumber(&scanner, "accuracy")
    default: try scanner.skipValue()
    }
  }

  private mutating func takeDriver(_ scanner: inout CBORScanner) throws(CBORError) {
    let start = scanner
    let head = try scanner.takeHead()
    guard head.major == 3, !head.isIndefinite else {
      try skip(head, from: start, &scanner, orElse: .wrongType("driver", "a text"))
      return
    }
    let id = try scanner.takeBytes(head)
    if DriverID.isValid(id) {
      driver = DriverID(trusted: String(decoding: id, as: UTF8.self))
    } else {
      flaw = flaw ?? .badID
    }
  }

  private mutating func takeTime(_ scanner: inout CBORScanner) throws(CBORError) {
    let start = scanner
    let head = try scanner.takeHead()
    if head.major == 3, !head.isIndefinite {
      // What is no UTF-8 is no time either.
      time = .text(String(decoding: try scanner.takeBytes(head), as: UTF8.self))
    } else if let number = CBORScanner.number(head) {
      time = .number(number)
    } else {
      try skip(
        head, from: start, &scanner, orElse: .wrongType("time", "whole milliseconds since 1970 or an RFC 3339 time"))
    }
  }

  private mutating func takeNumber(_ scanner: inout CBORScanner, _ name: StaticString) throws(CBORError) -> Double? {
    let start = scanner
    let head = try scanner.takeHead()
    if let number = CBORScanner.number(head) { return number.double }
    try skip(head, from: start, &scanner, orElse: .wrongType(name, "a number"))
    return nil
  }

  private mutating func takeOccupied(_ scanner: inout CBORScanner) throws(CBORError) {
    let start = scanner
    let head = try scanner.takeHead()
    switch (head.major, head.info) {
    case (7, 20): isOccupied = false
    case (7, 21): isOccupied = true
    default: try skip(head, from: start, &scanner, orElse: .wrongType("occupied", "true or false"))
    }
  }

  /// Skips a value of another type: what is null is not there, all else is a flaw.
  private mutating func skip(
    _ head: CBORScanner.Head, from start: CBORScanner, _ scanner: inout CBORScanner, orElse found: Flaw
  ) throws(CBORError) {
    if head.major == 7, head.info == Self.null || head.info == Self.undefined { return }
    flaw = flaw ?? found
    scanner = start
    try scanner.skipValue()
  }
}
