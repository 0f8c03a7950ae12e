/// A Lua script that runs on the server, known there by the SHA-1 of its text.
///
/// The client sends `EVALSHA`; when the server does not know the script (restarted, flushed, another node) it is loaded
/// and the same call is sent again.
package struct RedisScript: Sendable, Hashable {
  /// The Lua text.
  package let source: String
  /// The 40 lower-case hexadecimal digits by which the server knows the script.
  package let sha1: [UInt8]

  /// Makes a script; the digest is computed here, once.
  /// - Parameter source: the Lua text
  package init(_ source: String) {
    self.source = source
    sha1 = SHA1.hexadecimal(Array(source.utf8))
  }

  /// Starts a call of the script; append the arguments, then give it to ``RedisClient/command(_:deadline:)`` or put it
  /// into a pipeline.
  /// - Parameters:
  ///   - keys: the keys the script touches, in the order of `KEYS`; in a cluster all in one slot
  ///   - capacity: bytes to reserve for keys and arguments
  package func call(keys: [some RedisArgument], capacity: Int = 512) -> RedisCommand {
    var command = RedisCommand("EVALSHA", sha1, keys.count, capacity: capacity + 80)
    command.append(contentsOf: keys)
    command.script = self
    return command
  }

  /// The command that teaches a server the script.
  var load: RedisCommand { RedisCommand("SCRIPT", "LOAD", source, capacity: source.utf8.count + 64) }
}
