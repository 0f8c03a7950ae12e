/// The slot of a key in a Redis Cluster.
package enum KeySlot {
  /// How many slots a cluster has.
  package static let count = 16_384

  /// CRC-16/XMODEM of the key, or of its hash tag, modulo 16,384 (Redis Cluster specification, "Key distribution model").
  ///
  /// The hash tag is what stands between the first `{` and the first `}` after it, unless that is empty.
  package static func slot(of key: some Collection<UInt8>) -> Int {
    guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return Int(crc16(key)) % count }
    let tail = key[key.index(after: open)...]
    guard let close = tail.firstIndex(of: UInt8(ascii: "}")), close != tail.startIndex else {
      return Int(crc16(key)) % count
    }
    return Int(crc16(tail[..<close])) % count
  }

  /// CRC-16/XMODEM: polynomial 0x1021, start 0, no reflection.
  static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
    bytes.reduce(0) { crc, byte in crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)] }
  }

  private static let table: [UInt16] = (0..<256).map { index in
    (0..<8).reduce(UInt16(index) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
  }
}
