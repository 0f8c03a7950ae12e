/// How long an answer is, as its head says.
struct Answer {
  var status: Int
  /// The bytes of the head.
  var head: Int
  /// All bytes.
  var total: Int

  /// Reads the head of an answer.
  /// - Returns: nil where it is not there yet.
  static func length(_ bytes: UnsafeRawBufferPointer) -> Answer? {
    guard bytes.count > 12 else { return nil }
    var line = 0
    var length = 0
    var index = 0
    while index + 3 < bytes.count {
      guard bytes[index] == 0x0D, bytes[index + 1] == 0x0A else {
        index += 1
        continue
      }
      if isLength(bytes, line) {
        length = 0
        for byte in bytes[(line + 15)..<index] where byte >= 0x30 && byte <= 0x39 {
          length = length * 10 + Int(byte - 0x30)
        }
      }
      if bytes[index + 2] == 0x0D, bytes[index + 3] == 0x0A {
        let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - 0x30 }
        return Answer(status: status, head: index + 4, total: index + 4 + length)
      }
      line = index + 2
      index = line
    }
    return nil
  }

  private static func isLength(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    let name: StaticString = "content-length:"
    guard bytes.count > start + 15 else { return false }
    for index in 0..<15 where bytes[start + index] | 0x20 != name.utf8Start[index] | 0x20 { return false }
    return true
  }
}
