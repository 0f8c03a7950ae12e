import FunctionKit
import HexGrid
import NIOCore

/// Writes pings as JSON, each driver's part prepared once.
struct PingEncoder {
  /// `{"driver":"…","time":` of every driver, one after the other.
  private let prefixes: [UInt8]
  private let bounds: [Int]
  private let longestPrefix: Int

  /// Room for everything but the prefix: three numbers of at most 21 characters, names and punctuation.
  private static let roomBesidePrefix = 160

  /// - Parameter names: the drivers' ids.
  init(names: [String]) {
    var prefixes: [UInt8] = []
    var bounds = [0]
    var longest = 0
    for name in names {
      prefixes += Array("{\"driver\":".utf8) + JSONWriter.bytes { $0.value(name) } + Array(",\"time\":".utf8)
      longest = max(longest, prefixes.count - bounds[bounds.count - 1])
      bounds.append(prefixes.count)
    }
    self.prefixes = prefixes
    self.bounds = bounds
    longestPrefix = longest
  }

  /// Writes one ping.
  /// - Parameter occupied: nil leaves the field out.
  func write(driver: Int, unixMilliseconds: Int64, place: GeoPoint, occupied: Bool?, into buffer: inout ByteBuffer) {
    let prefix = bounds[driver]..<bounds[driver + 1]
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: longestPrefix + Self.roomBesidePrefix) { raw in
      var cursor = prefix.count
      prefixes.withUnsafeBytes { raw.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[prefix])) }
      cursor += DecimalText.write(unixMilliseconds, into: raw, at: cursor)
      cursor += Self.copy(",\"latitude\":", into: raw, at: cursor)
      cursor += DecimalText.write(place.latitude, into: raw, at: cursor)
      cursor += Self.copy(",\"longitude\":", into: raw, at: cursor)
      cursor += DecimalText.write(place.longitude, into: raw, at: cursor)
      if let occupied {
        cursor += Self.copy(occupied ? ",\"occupied\":true" : ",\"occupied\":false", into: raw, at: cursor)
      }
      raw[cursor] = UInt8(ascii: "}")
      return cursor + 1
    }
  }

  private static func copy(_ text: StaticString, into raw: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
    let count = text.utf8CodeUnitCount
    UnsafeMutableRawBufferPointer(rebasing: raw[start...]).copyMemory(
      from: UnsafeRawBufferPointer(start: text.utf8Start, count: count))
    return count
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
