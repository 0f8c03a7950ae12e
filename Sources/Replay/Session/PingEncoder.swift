import HexGrid
import NIOCore

/// Writes pings as JSON, each driver's part prepared once.
struct PingEncoder {
  private let prefixes: [ByteBuffer]

  /// - Parameter names: the drivers' ids.
  init(names: [String]) {
    prefixes = names.map { name in
      var writer = JSONBuffer(capacity: name.utf8.count + 24)
      writer.value(name)
      var buffer = ByteBuffer(string: "{\"driver\":")
      var quoted = writer.buffer
      buffer.writeBuffer(&quoted)
      buffer.writeStaticString(",\"time\":")
      return buffer
    }
  }

  /// Writes one ping.
  /// - Parameter occupied: nil leaves the field out.
  func write(driver: Int, unixMilliseconds: Int64, place: GeoPoint, occupied: Bool?, into buffer: inout ByteBuffer) {
    buffer.writeImmutableBuffer(prefixes[driver])
    DecimalText.write(unixMilliseconds, into: &buffer)
    buffer.writeStaticString(",\"latitude\":")
    DecimalText.write(place.latitude, into: &buffer)
    buffer.writeStaticString(",\"longitude\":")
    DecimalText.write(place.longitude, into: &buffer)
    if let occupied { buffer.writeStaticString(occupied ? ",\"occupied\":true" : ",\"occupied\":false") }
    buffer.writeInteger(UInt8(ascii: "}"))
  }

  /// An array of the pings of simulated drivers.
  func array(_ pings: ArraySlice<WorldPing>) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: pings.count * 112 + 2)
    buffer.writeInteger(UInt8(ascii: "["))
    for (index, ping) in pings.enumerated() {
      if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
      write(
        driver: ping.driver, unixMilliseconds: ping.unixMilliseconds, place: ping.place, occupied: nil, into: &buffer)
    }
    buffer.writeInteger(UInt8(ascii: "]"))
    return buffer
  }
}
