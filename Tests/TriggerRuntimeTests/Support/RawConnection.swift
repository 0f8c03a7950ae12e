import FunctionKit
import NIOCore
import NIOPosix
import Synchronization

@testable import TriggerRuntime

/// A client that sends and receives bytes as they are.
final class RawConnection: Sendable {
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let inbox: Inbox
    init(inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      inbox.append(Array(unwrapInboundIn(data).readableBytesView))
    }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case ChannelEvent.inputClosed? = event as? ChannelEvent { inbox.close() }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    func channelInactive(context: ChannelHandlerContext) { inbox.close() }
  }

  private final class Inbox: Sendable {
    private let state = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))
    let changes = WakeUp()
    func append(_ bytes: [UInt8]) {
      state.withLock { $0.bytes += bytes }
      changes.notify()
    }
    func close() {
      state.withLock { $0.isClosed = true }
      changes.notify()
    }
    /// Takes what `body` wants of the bytes.
    func with<T>(_ body: (inout [UInt8], Bool) -> T) -> T { state.withLock { body(&$0.bytes, $0.isClosed) } }
  }

  struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  private let channel: any Channel
  private let inbox: Inbox

  private init(channel: any Channel, inbox: Inbox) {
    self.channel = channel
    self.inbox = inbox
  }

  static func connect(_ address: HTTPServerConfiguration.Address, autoRead: Bool = true) async throws -> RawConnection {
    let inbox = Inbox()
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: autoRead)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(inbox: inbox))
        }
      }
    let channel: any Channel =
      switch address {
      case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port).get()
      case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
      }
    return RawConnection(channel: channel, inbox: inbox)
  }

  func send(_ text: String) async throws {
    try await send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  /// Says that nothing more will be sent.
  func endInput() async throws {
    try await channel.close(mode: .output).get()
  }

  func setAutoRead(_ on: Bool) async throws {
    try await channel.setOption(.autoRead, value: on).get()
  }

  func close() async {
    try? await channel.close().get()
  }

  /// Takes bytes once there are as many as `find` says; nil where the connection closes before.
  func take(_ find: ([UInt8]) -> Int?) async -> [UInt8]? {
    while !Task.isCancelled {
      let generation = inbox.changes.generation
      let (taken, isClosed) = inbox.with { bytes, isClosed -> ([UInt8]?, Bool) in
        guard let count = find(bytes), count <= bytes.count else { return (nil, isClosed) }
        let taken = Array(bytes[..<count])
        bytes.removeFirst(count)
        return (taken, isClosed)
      }
      if let taken { return taken }
      if isClosed { return nil }
      await inbox.changes.wait(after: generation)
    }
    return nil
  }

  /// Takes everything up to and including a text.
  func take(through text: String) async -> String? {
    let pattern = Array(text.utf8)
    let bytes = await take { bytes in
      guard bytes.count >= pattern.count else { return nil }
      return (0...(bytes.count - pattern.count)).first { bytes[$0..<($0 + pattern.count)].elementsEqual(pattern) }
        .map { $0 + pattern.count }
    }
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Takes one answer with a content length.
  func answer(toHead isHead: Bool = false) async -> Answer? {
    guard let head = await take(through: "\r\n\r\n") else { return nil }
    var lines = head.split(separator: "\r\n")
    let status = Int(lines.removeFirst().split(separator: " ")[1]) ?? 0
    var headers: [String: String] = [:]
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingPrefix(" ").description
    }
    if status == 100 { return Answer(status: status, headers: headers, body: "") }
    let length = isHead ? 0 : Int(headers["content-length"] ?? "0") ?? 0
    let body = await take { $0.count >= length ? length : nil } ?? []
    return Answer(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
  }

  /// Waits until the server has closed and takes what came before.
  func rest() async -> String {
    while !Task.isCancelled {
      let generation = inbox.changes.generation
      let (text, isClosed) = inbox.with { (String(decoding: $0, as: UTF8.self), $1) }
      if isClosed { return text }
      await inbox.changes.wait(after: generation)
    }
    return ""
  }
}
