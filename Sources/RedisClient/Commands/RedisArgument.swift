package import NIOCore

/// What can stand in a command.
package protocol RedisArgument: Sendable {
  /// Encodes this value as exactly one argument at the end of a command.
  func append(to command: inout RedisCommand)
}

extension String: RedisArgument {
  /// Appends the text as UTF-8.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension Substring: RedisArgument {
  /// Appends the text as UTF-8.
  package func append(to command: inout RedisCommand) { command.append(Array(utf8)) }
}

extension Int: RedisArgument {
  /// Appends the number in decimal digits.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension Int64: RedisArgument {
  /// Appends the number in decimal digits.
  package func append(to command: inout RedisCommand) { command.append(Int(self)) }
}

extension UInt32: RedisArgument {
  /// Appends the number in decimal digits.
  package func append(to command: inout RedisCommand) { command.append(Int(self)) }
}

extension UInt64: RedisArgument {
  /// Appends the number in decimal digits.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension Double: RedisArgument {
  /// Appends the number in the shortest digits that read back as the same number.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension [UInt8]: RedisArgument {
  /// Appends the bytes as one argument.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension ArraySlice<UInt8>: RedisArgument {
  /// Appends the bytes as one argument.
  package func append(to command: inout RedisCommand) { command.append(self) }
}

extension ByteBuffer: RedisArgument {
  /// Appends the readable bytes as one argument.
  package func append(to command: inout RedisCommand) { command.append(self) }
}
