import FunctionKit

/// Writes server-sent events as the HTML standard describes them.
enum ServerSentEventWriter {
  /// A comment, which clients skip: it keeps proxies from closing a silent stream.
  static let heartbeat = Array(":\n\n".utf8)

  /// Appends an event.
  static func append(_ event: ServerSentEvent, to output: inout [UInt8]) {
    output.reserveCapacity(output.count + event.data.count + 64)
    if let id = event.id { field("id: ", id, &output) }
    if let name = event.event { field("event: ", name, &output) }
    var start = 0
    let data = event.data
    var index = 0
    while index < data.count {
      // CR, LF and CR LF all end a line.
      if data[index] == 0x0A || data[index] == 0x0D {
        line(data[start..<index], &output)
        if data[index] == 0x0D, index + 1 < data.count, data[index + 1] == 0x0A { index += 1 }
        start = index + 1
      }
      index += 1
    }
    line(data[start...], &output)
    output.append(0x0A)
  }

  private static func line(_ bytes: ArraySlice<UInt8>, _ output: inout [UInt8]) {
    output.append(contentsOf: "data: ".utf8)
    output.append(contentsOf: bytes)
    output.append(0x0A)
  }

  /// A field of one line; characters that would end the line are left out.
  private static func field(_ name: StaticString, _ value: String, _ output: inout [UInt8]) {
    output.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    output.append(contentsOf: value.utf8.lazy.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0x00 })
    output.append(0x0A)
  }
}
