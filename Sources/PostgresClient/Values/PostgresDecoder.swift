internal import CLibpq

/// Turns one received value into a Swift value, or says `nil` when it is another type or malformed.
///
/// What is accepted depends on the column's type only, never on whether the value came as text or in binary form: the
/// first execution of a statement answers in text, later ones may answer in binary.
enum PostgresDecoder {
  struct Value {
    let bytes: UnsafeRawBufferPointer
    let type: Oid
    let isBinary: Bool

    func bigEndian<I: FixedWidthInteger>(_ type: I.Type) -> I? {
      guard bytes.count == MemoryLayout<I>.size else { return nil }
      return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }
  }

  static func int(_ value: Value) -> Int64? {
    switch value.type {
    case PostgresTypeID.int8: value.isBinary ? value.bigEndian(Int64.self) : parseInt(value.bytes)
    case PostgresTypeID.int4: value.isBinary ? value.bigEndian(Int32.self).map { Int64($0) } : parseInt(value.bytes)
    case PostgresTypeID.int2: value.isBinary ? value.bigEndian(Int16.self).map { Int64($0) } : parseInt(value.bytes)
    case PostgresTypeID.oid: value.isBinary ? value.bigEndian(UInt32.self).map { Int64($0) } : parseInt(value.bytes)
    case PostgresTypeID.numeric: value.isBinary ? nil : parseInt(value.bytes)
    default: nil
    }
  }

  static func double(_ value: Value) -> Double? {
    switch value.type {
    case PostgresTypeID.float8:
      value.isBinary ? value.bigEndian(UInt64.self).map { Double(bitPattern: $0) } : parseDouble(value.bytes)
    case PostgresTypeID.float4:
      value.isBinary
        ? value.bigEndian(UInt32.self).map { Double(Float(bitPattern: $0)) }
        : parseDouble(value.bytes).map { Double(Float($0)) }
    case PostgresTypeID.numeric: value.isBinary ? nil : parseDouble(value.bytes)
    default: int(value).map { Double($0) }
    }
  }

  static func bool(_ value: Value) -> Bool? {
    guard value.type == PostgresTypeID.bool, value.bytes.count == 1 else { return nil }
    let byte = value.bytes[0]
    return value.isBinary ? byte != 0 : byte == UInt8(ascii: "t")
  }

  static func text(_ value: Value) -> String? {
    switch value.type {
    case PostgresTypeID.int2, PostgresTypeID.int4, PostgresTypeID.int8, PostgresTypeID.oid, PostgresTypeID.float4,
      PostgresTypeID.float8, PostgresTypeID.bool, PostgresTypeID.bytea, PostgresTypeID.date, PostgresTypeID.timestamp,
      PostgresTypeID.timestamptz:
      nil
    case PostgresTypeID.uuid where value.isBinary: uuid(value).map(PostgresUUIDText.string)
    case PostgresTypeID.jsonb where value.isBinary:
      // The first byte is the version of the binary form, 1 since jsonb exists.
      value.bytes.first == 1 ? String(decoding: value.bytes.dropFirst(), as: UTF8.self) : nil
    default: String(decoding: value.bytes, as: UTF8.self)
    }
  }

  static func bytes(_ value: Value) -> [UInt8]? {
    guard value.type == PostgresTypeID.bytea else { return text(value).map { Array($0.utf8) } }
    return value.isBinary ? Array(value.bytes) : parseHex(value.bytes)
  }

  static func uuid(_ value: Value) -> UInt128? {
    guard value.type == PostgresTypeID.uuid else { return nil }
    return value.isBinary ? value.bigEndian(UInt128.self) : PostgresUUIDText.parse(value.bytes)
  }

  static func timestamp(_ value: Value) -> Int64? {
    switch value.type {
    case PostgresTypeID.timestamp, PostgresTypeID.timestamptz:
      guard value.isBinary else { return PostgresTime.parse(value.bytes) }
      return value.bigEndian(Int64.self).flatMap { microseconds in
        if microseconds == .max || microseconds == .min { return microseconds }
        let (sum, overflow) = microseconds.addingReportingOverflow(PostgresTime.epochMicroseconds)
        return overflow ? nil : sum
      }
    case PostgresTypeID.date:
      guard value.isBinary else { return PostgresTime.parse(value.bytes) }
      return value.bigEndian(Int32.self).map { days in
        if days == .max || days == .min { return days == .max ? Int64.max : Int64.min }
        return Int64(days) * PostgresTime.microsecondsPerDay + PostgresTime.epochMicroseconds
      }
    default: return nil
    }
  }

  private static func parseInt(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    var index = 0
    let negative = bytes.first == UInt8(ascii: "-")
    if negative { index = 1 }
    guard index < bytes.count, bytes.count <= 20 else { return nil }
    var value: Int64 = 0
    while index < bytes.count {
      let digit = Int64(bytes[index]) - 48
      guard (0...9).contains(digit) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = product.subtractingReportingOverflow(digit)
      if overflow || overflow2 { return nil }
      value = sum
      index += 1
    }
    // Counted downwards, because the smallest number has no positive twin.
    return negative ? value : value == .min ? nil : -value
  }

  private static func parseDouble(_ bytes: UnsafeRawBufferPointer) -> Double? {
    switch String(decoding: bytes, as: UTF8.self) {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    case let text: Double(text)
    }
  }

  private static func parseHex(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    guard bytes.count >= 2, bytes.count % 2 == 0, bytes[0] == UInt8(ascii: "\\"), bytes[1] == UInt8(ascii: "x")
    else { return nil }
    var answer: [UInt8] = []
    answer.reserveCapacity(bytes.count / 2 - 1)
    for index in stride(from: 2, to: bytes.count, by: 2) {
      guard let high = PostgresUUIDText.nibble(bytes[index]), let low = PostgresUUIDText.nibble(bytes[index + 1])
      else { return nil }
      answer.append(high << 4 | low)
    }
    return answer
  }
}
