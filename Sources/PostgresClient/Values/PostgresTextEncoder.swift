/// Writes values in PostgreSQL's text form, for parameters and for `COPY`.
enum PostgresTextEncoder {
  /// Appends a value; `null` appends nothing.
  static func append(_ value: PostgresValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: break
    case .int(let number): append(number, to: &bytes)
    case .double(let number): append(number, to: &bytes)
    case .text(let text), .json(let text): bytes += text.utf8
    case .bool(let flag): bytes.append(flag ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    case .bytes(let raw): appendHex(raw, to: &bytes)
    case .timestampMicroseconds(let time): PostgresTime.append(time, to: &bytes)
    case .uuid(let uuid): bytes += PostgresUUIDText.string(uuid).utf8
    case .ints(let numbers): appendArray(numbers, to: &bytes) { append($0, to: &$1) }
    case .doubles(let numbers): appendArray(numbers, to: &bytes) { append($0, to: &$1) }
    case .texts(let texts): appendArray(texts, to: &bytes) { PostgresArrayText.appendQuoted($0, to: &$1) }
    case .bools(let flags):
      appendArray(flags, to: &bytes) { $1.append($0 ? UInt8(ascii: "t") : UInt8(ascii: "f")) }
    case .timestampsMicroseconds(let times):
      appendArray(times, to: &bytes) { time, bytes in
        bytes.append(UInt8(ascii: "\""))
        PostgresTime.append(time, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
      }
    }
  }

  static func append(_ number: Int64, to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = number.magnitude
      var start = digits.count
      repeat {
        start -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[start] = UInt8(truncatingIfNeeded: digit) + 48
        rest = quotient
      } while rest != 0
      if number < 0 { bytes.append(UInt8(ascii: "-")) }
      bytes += digits[start...]
    }
  }

  static func append(_ number: Double, to bytes: inout [UInt8]) {
    if number.isFinite {
      bytes += number.description.utf8
    } else if number.isNaN {
      bytes += "NaN".utf8
    } else {
      bytes += number > 0 ? "Infinity".utf8 : "-Infinity".utf8
    }
  }

  private static func appendHex(_ raw: [UInt8], to bytes: inout [UInt8]) {
    bytes += "\\x".utf8
    for byte in raw {
      let (high, low) = (byte >> 4, byte & 15)
      bytes.append(high < 10 ? high + 48 : high + 87)
      bytes.append(low < 10 ? low + 48 : low + 87)
    }
  }

  private static func appendArray<T>(
    _ elements: [T?], to bytes: inout [UInt8], _ append: (T, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: "{"))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if let element { append(element, &bytes) } else { bytes += "NULL".utf8 }
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
