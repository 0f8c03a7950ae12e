/// The parameters of one execution in the form that libpq wants, all in one piece of memory.
struct PostgresParameters: Sendable {
  /// The encoded values one after another, each with a terminating zero.
  private(set) var bytes: [UInt8] = []
  /// Where each value starts, or -1 for NULL.
  private(set) var offsets: [Int] = []
  /// The length of each value in bytes.
  private(set) var lengths: [Int32] = []
  /// 0 for text, 1 for binary.
  private(set) var formats: [Int32] = []

  var count: Int { offsets.count }

  /// PostgreSQL counts parameters in 16 bits.
  static let limit = 65_535

  /// No parameters.
  static let none = PostgresParameters()

  private init() {}

  init(_ values: [PostgresValue]) throws(PostgresError) {
    if values.isEmpty { return }
    guard values.count <= Self.limit else {
      throw PostgresError(.invalidParameter, "\(values.count) parameters, but \(Self.limit) are the limit; use arrays")
    }
    offsets.reserveCapacity(values.count)
    lengths.reserveCapacity(values.count)
    formats.reserveCapacity(values.count)
    bytes.reserveCapacity(values.count * 12)
    for (index, value) in values.enumerated() {
      let start = bytes.count
      var isText = true
      if case .null = value {
        offsets.append(-1)
        lengths.append(0)
        formats.append(0)
        continue
      } else if case .bytes(let raw) = value {
        // `bytea` alone is inferred for such a parameter, so binary is safe and half as long as hexadecimal.
        bytes += raw
        isText = false
      } else {
        PostgresTextEncoder.append(value, to: &bytes)
      }
      if isText, Self.mayHoldZero(value), bytes[start...].contains(0) {
        throw PostgresError(.invalidParameter, "parameter $\(index + 1) holds a zero byte")
      }
      guard let length = Int32(exactly: bytes.count - start), length < 1 << 30 else {
        throw PostgresError(.invalidParameter, "parameter $\(index + 1) is longer than 1 GiB")
      }
      offsets.append(start)
      lengths.append(length)
      formats.append(isText ? 0 : 1)
      bytes.append(0)
    }
  }

  /// Calls a closure with the arrays that libpq takes.
  func withPointers<R>(
    _ body: (
      _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
      _ formats: UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    if offsets.isEmpty { return body(0, nil, nil, nil) }
    return bytes.withUnsafeBytes { memory in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: offsets.count) { pointers in
        for (index, offset) in offsets.enumerated() {
          let pointer = offset < 0 ? nil : memory.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
          pointers.initializeElement(at: index, to: pointer)
        }
        return lengths.withUnsafeBufferPointer { lengths in
          formats.withUnsafeBufferPointer { formats in
            body(
              Int32(truncatingIfNeeded: offsets.count), UnsafePointer(pointers.baseAddress), lengths.baseAddress,
              formats.baseAddress)
          }
        }
      }
    }
  }

  private static func mayHoldZero(_ value: PostgresValue) -> Bool {
    switch value {
    case .text, .json, .texts: true
    default: false
    }
  }
}
