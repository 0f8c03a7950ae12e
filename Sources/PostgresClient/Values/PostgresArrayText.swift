/// The text form of a one-dimensional array, `{1,NULL,"a b"}`.
enum PostgresArrayText {
  /// Reads the elements; `nil` for a malformed text or one with more than one dimension.
  static func parse(_ bytes: UnsafeRawBufferPointer) -> [String?]? {
    guard bytes.count >= 2, bytes[0] == UInt8(ascii: "{"), bytes[bytes.count - 1] == UInt8(ascii: "}") else {
      return nil
    }
    let end = bytes.count - 1
    if end == 1 { return [] }
    var answer: [String?] = []
    var element: [UInt8] = []
    var index = 1
    while true {
      element.removeAll(keepingCapacity: true)
      var isQuoted = false
      if index < end, bytes[index] == UInt8(ascii: "\"") {
        isQuoted = true
        index += 1
        while index < end, bytes[index] != UInt8(ascii: "\"") {
          if bytes[index] == UInt8(ascii: "\\") { index += 1 }
          guard index < end else { return nil }
          element.append(bytes[index])
          index += 1
        }
        guard index < end else { return nil }
        index += 1
      } else {
        while index < end, bytes[index] != UInt8(ascii: ",") {
          if bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "\"") { return nil }
          if bytes[index] == UInt8(ascii: "\\") { index += 1 }
          guard index < end else { return nil }
          element.append(bytes[index])
          index += 1
        }
        if element.isEmpty { return nil }
      }
      let text = String(decoding: element, as: UTF8.self)
      answer.append(!isQuoted && text == "NULL" ? nil : text)
      if index == end { return answer }
      guard bytes[index] == UInt8(ascii: ",") else { return nil }
      index += 1
    }
  }

  /// Appends one quoted element.
  static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
