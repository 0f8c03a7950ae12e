import FunctionKit

extension PingReader {
  /// Reads one ping or an array of them from CBOR; `docs/pings.cddl` is its schema.
  /// - Throws: `FunctionError` where the body is no CBOR, no array, or holds too many.
  func readCBOR(_ body: [UInt8]) throws(FunctionError) -> PingBatch {
    let read: Result<PingBatch, FunctionError> = body.withUnsafeBufferPointer { bytes in
      do throws(CBORError) {
        return try readBatch(CBORScanner(bytes))
      } catch {
        return .failure(error.failure)
      }
    }
    return try read.get()
  }

  private func readBatch(_ start: CBORScanner) throws(CBORError) -> Result<PingBatch, FunctionError> {
    var scanner = start
    guard let major = scanner.nextMajor else { throw scanner.failure("a ping or an array of pings") }
    guard major == 4 else {
      try scanner.skipValue()
      try scanner.finish()
      return .failure(
        FunctionError(.badInput, code: "wrongType", "Expected the body to be a ping or an array of pings."))
    }
    var batch = PingBatch()
    var alone = PingFields()
    var isAlone = false
    var count = 0
    try scanner.takeArray { scanner, index throws(CBORError) in
      // A ping begins with its driver, an array of pings with a ping.
      if index == 0 { isAlone = scanner.nextMajor == 3 }
      if isAlone { return try alone.take(index, &scanner) }
      count = index + 1
      guard count <= LocationPing.maximumCount else { return try scanner.skipValue() }
      if index == 0 { batch.pings.reserveCapacity(100) }
      var fields = PingFields()
      if scanner.nextMajor == 4 {
        try scanner.takeArray { scanner, place throws(CBORError) in try fields.take(place, &scanner) }
      } else {
        try scanner.skipValue()
        fields.flaw = .wrongType("", "an array")
      }
      take(fields, index: index, isAlone: false, into: &batch)
    }
    try scanner.finish()
    if isAlone { take(alone, index: 0, isAlone: true, into: &batch) }
    return count <= LocationPing.maximumCount ? .success(batch) : .failure(Self.tooMany(count))
  }
}
