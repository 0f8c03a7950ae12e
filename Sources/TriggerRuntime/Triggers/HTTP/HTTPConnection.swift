import FunctionKit
import Logging
import NIOCore

/// One client's connection: reads requests one after the other, hands each to its route, and writes the answers in their order.
///
/// `@unchecked`: everything is touched on the connection's event loop only.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What the connection is about.
  enum Phase {
    /// Waits for the first byte of a request.
    case idle
    /// Has a part of a head.
    case head
    /// Has a head and a part of its body.
    case body
    /// Was answered early and reads the rest of the body in order to forget it.
    case discarding
    /// A worker has the request.
    case handling
    /// Writes a long answer piece by piece.
    case writing
    /// Writes server-sent events.
    case streaming
    /// Has written its last answer and waits for the client to have read it.
    case lingering
    case closed
  }

  /// A request whose body is still coming.
  struct Incoming {
    var head: HTTPRequestHead
    var route: HTTPRoute
    var values: [Range<Int>]
    var bytes: [UInt8] = []
  }

  /// How many bytes of further requests are kept while one is handled; more stay with the kernel.
  static let maxPipelinedBytes = 64 << 10
  /// The longest rest of a body that is read in order to keep the connection.
  static let maxDiscardedBytes = 64 << 10
  /// How long a closing connection waits for the client.
  static let lingerTimeout = TimeAmount.seconds(2)
  /// How many nanoseconds a function may keep the event loop, whose other connections wait, before the next ones run on other threads.
  static let inlineLimit: Int64 = 100_000
  /// How much of a long answer is written at once.
  static let pieceBytes = 128 << 10
  /// How many bytes of a body are reserved before any came.
  static let maxReservedBytes = 64 << 10

  let loop: HTTPLoop
  let shared: HTTPServerState
  var context: ChannelHandlerContext?
  var phase = Phase.idle
  /// Whether the connection closes after the present answer.
  var closesAfterAnswer = false
  /// The request at hand.
  var exchange: HTTPExchange?
  /// The head of the request at hand or of the one that was refused.
  var headMethod = ""
  var isVersion10 = false
  var pump: EventStreamPump?
  var pumpIsReady = false
  var outgoing: (bytes: [UInt8], offset: Int)?
  var lastWrite = NIODeadline.now()
  /// Since when the client has taken nothing.
  var stalledSince: NIODeadline?
  private var phaseSince = NIODeadline.now()
  var pending = ByteBuffer()
  var scanned = 0
  var incoming: Incoming?
  var decoder = HTTPBodyDecoder(contentLength: 0, maxBodyBytes: 0)
  var isProcessing = false
  var isReadPaused = false

  init(loop: HTTPLoop, shared: HTTPServerState) {
    self.loop = loop
    self.shared = shared
  }

  func enter(_ phase: Phase) {
    self.phase = phase
    // A handled request has the pool's deadline; its time is not measured here.
    if phase != .handling { phaseSince = .now() }
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    loop.add(self)
    if loop.isDraining, !loop.keepsIdle { close() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    enter(.closed)
    endStream()
    loop.remove(self)
    shared.returnConnection()
    exchange = nil
    incoming = nil
    outgoing = nil
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    shared.logger.debug("a connection failed", metadata: ["error": .string(String(describing: error))])
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    switch phase {
    case .lingering, .closed: return
    default: break
    }
    if pending.readableBytes == 0 { pending = buffer } else { pending.writeBuffer(&buffer) }
    process()
    if pending.readableBytes > Self.maxPipelinedBytes { pauseReading() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard context.channel.isWritable else {
      stalledSince = .now()
      return
    }
    stalledSince = nil
    continueWriting()
    if pumpIsReady { pumpEvents() }
    process()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    switch phase {
    case .handling, .writing:
      // The client may have said all it had to say and still wait for the answer.
      closesAfterAnswer = true
    case .head, .body:
      refuse(ProblemDocument(HTTPParseError.malformed("the request ends before it is complete")), closes: true)
    case .idle, .discarding, .streaming, .lingering, .closed:
      close()
    }
  }

  // MARK: Time

  /// Looks whether the client is too slow; called several times within the shortest limit.
  func sweep(_ now: NIODeadline) {
    let configuration = shared.configuration
    if let stalledSince, now - stalledSince > TimeAmount(configuration.writeStallTimeout) {
      close()
      return
    }
    let passed = now - phaseSince
    switch phase {
    case .idle:
      if passed > TimeAmount(configuration.idleTimeout) { close() }
    case .head:
      if passed > TimeAmount(configuration.headerReadTimeout) { refuseSlowClient("the head") }
    case .body:
      if passed > TimeAmount(configuration.bodyReadTimeout) { refuseSlowClient("the body") }
    case .discarding:
      if passed > TimeAmount(configuration.bodyReadTimeout) { close() }
    case .streaming:
      if now - lastWrite > TimeAmount(configuration.heartbeatInterval) { writeHeartbeat() }
    case .lingering:
      if passed > Self.lingerTimeout { close() }
    case .handling, .writing, .closed:
      break
    }
  }

  private func refuseSlowClient(_ part: String) {
    incoming = nil
    let detail = "\(part) of the request took too long to come"
    refuse(ProblemDocument(status: 408, code: "requestTimeout", detail: detail), closes: true)
  }

  /// Ends what need not be finished before the server stops.
  func drain() {
    switch phase {
    case .idle, .lingering:
      if !loop.keepsIdle { close() }
    case .discarding: close()
    case .streaming:
      if loop.keepsIdle { writeReconnectDelay() }
      finishStream()
    case .head, .body, .handling, .writing: closesAfterAnswer = true
    case .closed: break
    }
  }

  func close() {
    context?.close(promise: nil)
  }

  func pauseReading() {
    guard !isReadPaused, let context else { return }
    isReadPaused = true
    context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
  }

  func resumeReading() {
    guard isReadPaused, pending.readableBytes <= Self.maxPipelinedBytes, let context else { return }
    isReadPaused = false
    context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
  }
}
