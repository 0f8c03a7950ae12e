import FunctionKit
import NIOCore

/// Reads one answer.
final class OutgoingReplyReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let promise: EventLoopPromise<OutgoingReply>
  private var bytes: [UInt8] = []
  private var isDone = false

  init(promise: EventLoopPromise<OutgoingReply>) {
    self.promise = promise
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDone else { return }
    bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    guard bytes.count <= OutgoingHTTPClient.maxReplyBytes else {
      finish(.failure(OutgoingHTTPError.malformed))
      return
    }
    read(isAtEnd: false)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isDone { read(isAtEnd: true) }
    if !isDone { finish(.failure(OutgoingHTTPError.malformed)) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.failure(error))
    context.close(promise: nil)
  }

  private func finish(_ result: Result<OutgoingReply, any Error>) {
    guard !isDone else { return }
    isDone = true
    promise.completeWith(result)
  }

  private func read(isAtEnd: Bool) {
    do {
      if let reply = try Self.reply(in: bytes, isAtEnd: isAtEnd) { finish(.success(reply)) }
    } catch {
      finish(.failure(OutgoingHTTPError.malformed))
    }
  }

  /// The answer, or nil where more is to come.
  static func reply(in bytes: [UInt8], isAtEnd: Bool) throws -> OutgoingReply? {
    guard let end = headEnd(bytes) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true)
    let parts = (lines.first ?? "").split(separator: " ", maxSplits: 2)
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]), (100...999).contains(status)
    else {
      throw OutgoingHTTPError.malformed
    }
    var reply = OutgoingReply(status: status, headers: [], body: [])
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw OutgoingHTTPError.malformed }
      reply.headers.append((line[..<colon].lowercased(), String(line[line.index(after: colon)...].trimmedBlanks)))
    }
    let body = Array(bytes[end...])
    if status < 200 {
      // An interim answer; the real one follows.
      return try self.reply(in: body, isAtEnd: isAtEnd)
    }
    if status == 204 || status == 304 { return reply }
    if reply.header("transfer-encoding")?.lowercased() == "chunked" {
      var decoder = HTTPBodyDecoder(contentLength: nil, maxBodyBytes: OutgoingHTTPClient.maxReplyBytes)
      _ = try body.withUnsafeBytes { buffer in
        try decoder.decode(buffer) { reply.body.append(contentsOf: $0) }
      }
      return decoder.isDone ? reply : nil
    }
    if let text = reply.header("content-length") {
      guard let length = Int(text), length >= 0 else { throw OutgoingHTTPError.malformed }
      guard body.count >= length else { return nil }
      reply.body = Array(body.prefix(length))
      return reply
    }
    reply.body = body
    return isAtEnd ? reply : nil
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 3..<bytes.count
    where bytes[index] == 0x0A && bytes[index - 1] == 0x0D && bytes[index - 2] == 0x0A && bytes[index - 3] == 0x0D {
      return index + 1
    }
    return nil
  }
}
