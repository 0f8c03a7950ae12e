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
  /// How much of a long answer is written at once.
  static let pieceBytes = 128 << 10
  /// How many bytes of a body are reserved before any came.
  private static let maxReservedBytes = 64 << 10

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
  private var pending = ByteBuffer()
  private var scanned = 0
  private var incoming: Incoming?
  private var decoder = HTTPBodyDecoder(contentLength: 0, maxBodyBytes: 0)
  private var isProcessing = false
  private var isReadPaused = false

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
    if loop.isDraining { close() }
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

  // MARK: Reading

  /// Reads requests until bytes run out or a request must be answered first.
  func process() {
    guard !isProcessing else { return }
    isProcessing = true
    defer { isProcessing = false }
    while pending.readableBytes > 0, stalledSince == nil {
      do throws(HTTPParseError) {
        switch phase {
        case .idle, .head:
          guard try readHead() else { return }
        case .body:
          try readBody()
        case .discarding:
          try discardBody()
        case .handling, .writing, .streaming, .lingering, .closed:
          return
        }
      } catch {
        pending.clear()
        refuse(ProblemDocument(error), closes: true)
      }
    }
    if pending.readableBytes == 0 { pending = ByteBuffer() }
    resumeReading()
  }

  /// - Returns: false where more bytes are needed.
  private func readHead() throws(HTTPParseError) -> Bool {
    skipEmptyLines()
    guard pending.readableBytes > 0 else { return false }
    if phase == .idle {
      enter(.head)
      scanned = 0
    }
    let parser = shared.parser
    let result = pending.withUnsafeReadableBytes { bytes -> Result<HTTPRequestHead, HTTPParseError>? in
      do throws(HTTPParseError) {
        guard let length = try parser.headLength(in: bytes, scanned: &scanned) else { return nil }
        return .success(try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<length])))
      } catch {
        return .failure(error)
      }
    }
    // Whatever is refused before its head is known is answered as HTTP/1.1.
    headMethod = ""
    isVersion10 = false
    guard let head = try result?.get() else { return false }
    pending.moveReaderIndex(forwardBy: head.bytes.count)
    try begin(head)
    return true
  }

  /// Empty lines before a request are forgiven, as RFC 9112 asks.
  private func skipEmptyLines() {
    guard phase == .idle else { return }
    while let byte = pending.getInteger(at: pending.readerIndex, as: UInt8.self), byte == 0x0D || byte == 0x0A {
      pending.moveReaderIndex(forwardBy: 1)
    }
  }

  /// Finds the route of a request and decides what becomes of its body.
  private func begin(_ head: HTTPRequestHead) throws(HTTPParseError) {
    headMethod = head.method
    isVersion10 = head.isVersion10
    closesAfterAnswer = !head.isKeepAlive || loop.isDraining
    switch shared.router.match(method: head.method, in: head.bytes, path: head.path) {
    case .notFound:
      var problem = ProblemDocument(status: 404, code: "notFound", detail: "no route has this path")
      problem.instance = String(decoding: head.bytes[head.path], as: UTF8.self)
      skipBody(of: head, answering: problem)
    case .methodNotAllowed(let allowed):
      let headers = [(name: "allow", value: allowed.joined(separator: ", "))]
      guard head.method != "OPTIONS" else {
        skipBody(of: head, answering: Response(status: 204, headers: headers))
        return
      }
      var problem = ProblemDocument(
        status: 405, code: "methodNotAllowed", detail: "this path does not take \(head.method)")
      problem.instance = String(decoding: head.bytes[head.path], as: UTF8.self)
      problem.headers = headers
      skipBody(of: head, answering: problem)
    case .route(let route, let values):
      if let length = head.contentLength, length > route.maxBodyBytes {
        skipBody(of: head, answering: ProblemDocument(HTTPParseError.bodyTooLarge))
        return
      }
      accept(Incoming(head: head, route: route, values: values))
    }
  }

  private func accept(_ request: Incoming) {
    guard request.head.hasBody else {
      submit(request)
      return
    }
    var request = request
    if let length = request.head.contentLength { request.bytes.reserveCapacity(min(length, Self.maxReservedBytes)) }
    decoder = HTTPBodyDecoder(contentLength: request.head.contentLength, maxBodyBytes: request.route.maxBodyBytes)
    // Only who really waits is told to go on.
    if request.head.expectsContinue, pending.readableBytes == 0, let context {
      write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"), context)
    }
    incoming = request
    enter(.body)
  }

  private func readBody() throws(HTTPParseError) {
    guard var request = incoming.take() else { return }
    try decode { request.bytes.append(contentsOf: $0) }
    if decoder.isDone { submit(request) } else { incoming = request }
  }

  private func discardBody() throws(HTTPParseError) {
    try decode { _ in }
    guard decoder.isDone || decoder.received > Self.maxDiscardedBytes else { return }
    if decoder.isDone { enter(.idle) } else { lingerAfterWrites() }
  }

  private func decode(_ body: (UnsafeRawBufferPointer) -> Void) throws(HTTPParseError) {
    let result = pending.withUnsafeReadableBytes { bytes -> Result<Int, HTTPParseError> in
      do throws(HTTPParseError) { return .success(try decoder.decode(bytes, body: body)) } catch {
        return .failure(error)
      }
    }
    pending.moveReaderIndex(forwardBy: try result.get())
  }

  private func submit(_ request: Incoming) {
    let head = request.head
    let id: String
    if let given = head.bytes(of: .idempotencyKey) ?? head.bytes(of: .requestID) {
      guard (1...255).contains(given.count), given.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        let detail = "an idempotency key or request id has 1 to 255 characters of visible ASCII"
        refuse(ProblemDocument(status: 400, code: "malformedRequestId", detail: detail), closes: false)
        return
      }
      id = String(decoding: given, as: UTF8.self)
    } else {
      id = loop.nextID()
    }
    let exchange = HTTPExchange(
      head: head, body: request.bytes, route: request.route, values: request.values, id: id,
      timeout: InvocationTimeout.of(head, atMost: request.route.timeout), connection: self, loop: loop)
    self.exchange = exchange
    enter(.handling)
    request.route.pool.submit(exchange)
  }

  /// Answers a request without reading its body, and keeps the connection where the rest of it is short.
  private func skipBody(of head: HTTPRequestHead, answering problem: ProblemDocument) {
    shared.countRefusal(status: problem.status)
    skipBody(of: head, answering: problem.response())
  }

  private func skipBody(of head: HTTPRequestHead, answering response: Response) {
    guard head.hasBody else {
      send(response, bodyless: headMethod == "HEAD")
      return
    }
    // A client that waits for 100 (Continue) may send the body or not: nobody can tell what its next bytes are.
    let length = head.contentLength ?? .max
    if length > Self.maxDiscardedBytes || head.expectsContinue {
      closesAfterAnswer = true
      send(response, bodyless: headMethod == "HEAD")
      return
    }
    decoder = HTTPBodyDecoder(contentLength: length, maxBodyBytes: length)
    let closes = closesAfterAnswer
    send(response, bodyless: headMethod == "HEAD")
    if !closes, phase == .idle { enter(.discarding) }
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
    case .idle, .discarding, .lingering: close()
    case .streaming: finishStream()
    case .head, .body, .handling, .writing: closesAfterAnswer = true
    case .closed: break
    }
  }

  func close() {
    context?.close(promise: nil)
  }

  private func pauseReading() {
    guard !isReadPaused, let context else { return }
    isReadPaused = true
    context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
  }

  private func resumeReading() {
    guard isReadPaused, pending.readableBytes <= Self.maxPipelinedBytes, let context else { return }
    isReadPaused = false
    context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
  }
}
