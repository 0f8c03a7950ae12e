import CHiredis

/// hiredis's reader, fed with bytes that NIO read and building Swift values at once, without hiredis's reply objects.
///
/// Belongs to one connection and stays on its event loop.
final class ReplyReader {
  /// What one feed hands to hiredis at most: it moves its unread rest forward for each consumed kilobyte, so large
  /// chunks cost quadratic time.
  private static let chunkByteCount = 16 * 1024
  /// A reply that is larger than the server's own limit for a value many times over is a broken stream.
  private static let maxReplyByteCount = 1 << 30

  private let reader: UnsafeMutablePointer<redisReader>
  private let builder = ReplyBuilder()

  init() {
    guard let reader = redisReaderCreateWithFunctions(ReplyBuilder.functions) else {
      preconditionFailure("out of memory")
    }
    self.reader = reader
    reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
  }

  deinit { redisReaderFree(reader) }

  /// Takes bytes and hands over every reply that is complete.
  /// - Throws: ``RedisError/Code/protocolViolation``; the reader is of no use afterwards.
  func feed(_ bytes: UnsafeRawBufferPointer, deliver: (RedisValue) -> Void) throws(RedisError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.chunkByteCount))
      rest = rest.dropFirst(chunk.count)
      guard redisReaderFeed(reader, chunk.baseAddress?.assumingMemoryBound(to: CChar.self), chunk.count) == REDIS_OK
      else { throw failure() }
      try readReplies(deliver)
      guard reader.pointee.len <= Self.maxReplyByteCount else {
        throw RedisError(.protocolViolation, "reply too large", mayHaveExecuted: true)
      }
    }
  }

  private func readReplies(_ deliver: (RedisValue) -> Void) throws(RedisError) {
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
      guard reply != nil, let value = builder.take() else { return }
      deliver(value)
    }
  }

  private func failure() -> RedisError {
    let message = withUnsafeBytes(of: reader.pointee.errstr) { text in
      String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    return RedisError(.protocolViolation, message, mayHaveExecuted: true)
  }
}
