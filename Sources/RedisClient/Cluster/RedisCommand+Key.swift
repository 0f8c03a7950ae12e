import NIOCore

extension RedisCommand {
  /// The slot of the first key of this command, or nil for a command without key.
  var slot: Int? {
    let arguments = Arguments(encoded)
    guard let name = arguments[0] else { return nil }
    let key: Int? =
      switch String(decoding: name, as: UTF8.self).uppercased() {
      case "PING", "ECHO", "INFO", "TIME", "CLUSTER", "CONFIG", "CLIENT", "SCRIPT", "COMMAND", "DBSIZE", "FLUSHALL",
        "FLUSHDB", "WAIT", "DEBUG", "SCAN", "KEYS", "RANDOMKEY", "LATENCY", "SLOWLOG", "ACL", "ROLE", "SAVE", "BGSAVE",
        "LASTSAVE", "PUBLISH", "ASKING", "MULTI", "EXEC", "DISCARD", "FUNCTION", "LOLWUT", "SHUTDOWN", "BGREWRITEAOF":
        nil
      case "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO", "BLMPOP", "BZMPOP":
        arguments[2].map(Array.init) == [0x30] ? nil : 3
      case "LMPOP", "ZMPOP", "SINTERCARD", "ZINTERCARD", "ZUNION", "ZINTER", "ZDIFF",
        "OBJECT", "XINFO", "XGROUP", "BITOP", "MEMORY":
        2
      case "XREAD", "XREADGROUP": arguments.firstIndex(ofWord: "STREAMS").map { $0 + 1 }
      case "MIGRATE": 3
      default: 1
      }
    return key.flatMap { arguments[$0] }.map { KeySlot.slot(of: $0) }
  }

  /// Walks over encoded arguments; they were written by this module, so their form is certain.
  private struct Arguments {
    private let bytes: ByteBufferView

    init(_ buffer: ByteBuffer) { bytes = buffer.readableBytesView }

    subscript(wanted: Int) -> ByteBufferView? {
      var found: ByteBufferView?
      visit { index, argument in
        if index == wanted { found = argument }
        return index < wanted
      }
      return found
    }

    func firstIndex(ofWord word: String) -> Int? {
      var found: Int?
      visit { index, argument in
        if argument.count == word.utf8.count, String(decoding: argument, as: UTF8.self).uppercased() == word {
          found = index
        }
        return found == nil
      }
      return found
    }

    private func visit(_ body: (Int, ByteBufferView) -> Bool) {
      var rest = bytes
      var index = 0
      while let end = rest.firstIndex(of: 0x0D), let length = Int(decimal: rest[..<end].dropFirst()) {
        let argument = rest[(end + 2)...].prefix(length)
        guard argument.count == length, body(index, argument) else { return }
        index += 1
        rest = rest[(end + 2)...].dropFirst(length + 2)
      }
    }
  }
}
