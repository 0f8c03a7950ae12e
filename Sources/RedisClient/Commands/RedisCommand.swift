package import NIOCore

/// One command, encoded as it is built: every argument goes straight into the bytes that will be sent.
///
/// ```swift
/// var command = RedisCommand("HSET", key)
/// command.append("position")
/// command.append(packedPosition)
/// let added = try await client.command(command).integer()
/// ```
package struct RedisCommand: Sendable {
  /// The encoded arguments; the header with their number is written when the command is sent.
  private(set) var encoded: ByteBuffer
  /// How many arguments there are, the command's name included.
  package private(set) var argumentCount = 0
  /// The script that an `EVALSHA` runs, so that a server that forgot it can be told again.
  var script: RedisScript?

  /// Starts a command.
  /// - Parameters:
  ///   - name: the command's name, for example `GET`
  ///   - arguments: its first arguments; more can be appended
  ///   - capacity: bytes to reserve for all arguments
  package init<each Argument: RedisArgument>(
    _ name: String, _ arguments: repeat each Argument, capacity: Int = 128
  ) {
    encoded = ByteBufferAllocator().buffer(capacity: capacity)
    append(name)
    repeat (each arguments).append(to: &self)
  }

  /// Makes room for arguments of a known total size.
  /// - Parameter byteCount: bytes of all arguments to come; allow 8 more for each argument
  package mutating func reserveCapacity(_ byteCount: Int) {
    encoded.reserveCapacity(minimumWritableBytes: byteCount)
  }

  /// Appends any argument.
  package mutating func append(_ argument: some RedisArgument) { argument.append(to: &self) }

  /// Appends several arguments.
  package mutating func append(contentsOf arguments: some Sequence<some RedisArgument>) {
    for argument in arguments { argument.append(to: &self) }
  }

  /// Appends text as UTF-8.
  package mutating func append(_ text: String) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable { appendBytes(UnsafeRawBufferPointer($0)) }
    if done == nil { append(Array(text.utf8)) }
  }

  /// Appends bytes.
  package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { appendBytes($0) } }

  /// Appends bytes.
  package mutating func append(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { appendBytes($0) } }

  /// Appends the readable bytes of a buffer.
  package mutating func append(_ buffer: ByteBuffer) { buffer.withUnsafeReadableBytes { appendBytes($0) } }

  /// Appends a whole number in decimal digits, without a string in between.
  package mutating func append(_ number: Int) {
    let length = Decimal.digitCount(number)
    append(byteCount: length) { Decimal.write(number, digitCount: length, to: $0) }
  }

  /// Appends a whole number in decimal digits.
  package mutating func append(_ number: UInt64) {
    if let small = Int(exactly: number) { append(small) } else { append(String(number)) }
  }

  /// Appends a number in the shortest digits that read back as the same number; infinity becomes `inf` and `-inf`.
  package mutating func append(_ number: Double) {
    if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { append(whole) } else { append("\(number)") }
  }

  /// Appends an argument of a known length that the caller writes in place, such as a packed record.
  /// - Parameters:
  ///   - byteCount: the length of the argument
  ///   - fill: writes all of it
  package mutating func append(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
    argumentCount += 1
    encoded.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount + 24) { space in
      let digits = Decimal.digitCount(byteCount)
      space[0] = UInt8(ascii: "$")
      Decimal.write(byteCount, digitCount: digits, to: .init(rebasing: space[1..<(1 + digits)]))
      var end = 1 + digits
      space[end] = 0x0D
      space[end + 1] = 0x0A
      end += 2
      fill(.init(rebasing: space[end..<(end + byteCount)]))
      end += byteCount
      space[end] = 0x0D
      space[end + 1] = 0x0A
      return end + 2
    }
  }

  /// Appends arguments that were encoded before, as `$<length>`, CR LF, bytes, CR LF each.
  /// - Parameters:
  ///   - arguments: the arguments, one right after the other
  ///   - count: how many they are
  package mutating func append(encoded arguments: ArraySlice<UInt8>, count: Int) {
    argumentCount += count
    encoded.writeBytes(arguments)
  }

  private mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    append(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
  }

  /// How many bytes the command is on the wire.
  var byteCount: Int { encoded.readableBytes + 3 + Decimal.digitCount(argumentCount) }

  /// Writes the command as the wire wants it.
  func write(to buffer: inout ByteBuffer) {
    let digits = Decimal.digitCount(argumentCount)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: digits + 3) { space in
      space[0] = UInt8(ascii: "*")
      Decimal.write(argumentCount, digitCount: digits, to: .init(rebasing: space[1..<(1 + digits)]))
      space[1 + digits] = 0x0D
      space[2 + digits] = 0x0A
      return digits + 3
    }
    buffer.writeImmutableBuffer(encoded)
  }
}
