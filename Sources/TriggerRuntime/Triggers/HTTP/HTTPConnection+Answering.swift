import FunctionKit
import Logging
import NIOCore

extension HTTPConnection {
  // MARK: Answers

  /// Writes a worker's answer; one to a request that is over is dropped.
  func answer(_ response: Response, to exchange: HTTPExchange) {
    guard phase == .handling, self.exchange === exchange else { return }
    self.exchange = nil
    exchange.route.count(status: response.status)
    send(response, bodyless: exchange.head.method == "HEAD")
    process()
  }

  /// Answers a request that no route will see.
  func refuse(_ problem: ProblemDocument, closes: Bool) {
    guard phase != .closed, phase != .lingering else { return }
    shared.countRefusal(status: problem.status)
    if closes { closesAfterAnswer = true }
    send(problem.response(), bodyless: headMethod == "HEAD")
  }

  /// Writes an answer and sees to what comes next on the connection.
  func send(_ response: Response, bodyless: Bool) {
    guard let context else { return }
    if loop.isDraining { closesAfterAnswer = true }
    switch response.body {
    case .events(let events):
      stream(response, events, bodyless: bodyless, context)
    case .bytes(let bytes):
      send(response, bytes, bodyless: bodyless, context)
    case .empty:
      send(response, [], bodyless: bodyless, context)
    }
  }

  private func send(_ response: Response, _ bytes: [UInt8], bodyless: Bool, _ context: ChannelHandlerContext) {
    let hasNoBody = response.status == 204 || response.status == 304 || response.status < 200
    let body = hasNoBody || bodyless ? [] : bytes
    let isLong = body.count > Self.pieceBytes
    var buffer = context.channel.allocator.buffer(capacity: 256 + (isLong ? 0 : body.count))
    HTTPResponseWriter.writeHead(
      of: response, length: hasNoBody ? .none : .bytes(bytes.count), connection: connectionOption,
      date: loop.dateText(), to: &buffer)
    if isLong {
      outgoing = (body, 0)
      enter(.writing)
      write(buffer, context)
      continueWriting()
      return
    }
    buffer.writeBytes(body)
    write(buffer, context)
    finishAnswer()
  }

  private var connectionOption: HTTPResponseWriter.ConnectionOption {
    closesAfterAnswer ? .close : isVersion10 ? .keepAlive10 : .keepAlive
  }

  /// Writes further pieces of a long answer while the client takes them.
  func continueWriting() {
    while let (bytes, offset) = outgoing, let context, context.channel.isWritable {
      let end = min(offset + Self.pieceBytes, bytes.count)
      let isLast = end == bytes.count
      // Writing may call this very function again, which then goes on from here.
      outgoing = isLast ? nil : (bytes, end)
      write(context.channel.allocator.buffer(bytes: bytes[offset..<end]), context)
      if isLast { finishAnswer() }
    }
  }

  func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
    lastWrite = .now()
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }

  private func finishAnswer() {
    guard phase != .closed else { return }
    if closesAfterAnswer { lingerAfterWrites() } else { enter(.idle) }
  }

  /// Closes once the client has read everything: closing at once could take the last answer from it.
  func lingerAfterWrites() {
    guard let context else { return }
    enter(.lingering)
    let promise = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    promise.futureResult.whenComplete { result in
      switch result {
      case .success: self.context?.channel.close(mode: .output, promise: nil)
      case .failure: self.close()
      }
    }
  }

  // MARK: Server-sent events

  private func stream(
    _ response: Response, _ events: any AsyncSequence<ServerSentEvent, any Error> & Sendable, bodyless: Bool,
    _ context: ChannelHandlerContext
  ) {
    var response = response
    response.contentType = response.contentType ?? "text/event-stream"
    response.headers.append(("cache-control", "no-cache"))
    let takesPlace = !bodyless && !loop.isDraining && shared.takeStream()
    guard takesPlace || bodyless else {
      var problem = ProblemDocument(
        status: 503, code: "tooManyStreams", detail: "as many event streams are open as this server allows")
      if loop.isDraining { problem = ProblemDocument(InvocationError.shuttingDown) }
      problem.headers = [("retry-after", "5")]
      shared.countRefusal(status: problem.status)
      send(problem.response(), bodyless: bodyless)
      return
    }
    if isVersion10 { closesAfterAnswer = true }
    var buffer = context.channel.allocator.buffer(capacity: 256)
    HTTPResponseWriter.writeHead(
      of: response, length: isVersion10 ? .untilClose : .chunked, connection: connectionOption, date: loop.dateText(),
      to: &buffer)
    write(buffer, context)
    guard takesPlace else {
      finishAnswer()
      return
    }
    enter(.streaming)
    let loop = self.loop
    let pump = EventStreamPump { [weak connection = self] in
      guard let connection else { return }
      loop.eventLoop.execute { connection.pumpEvents() }
    }
    self.pump = pump
    let logger = shared.logger
    pump.start(events) { error in
      logger.warning("an event stream failed", metadata: ["error": .string(String(reflecting: error))])
    }
  }

  /// Writes what the pump has, if the client takes it.
  func pumpEvents() {
    guard phase == .streaming, let pump, let context else { return }
    guard context.channel.isWritable else {
      pumpIsReady = true
      return
    }
    pumpIsReady = false
    let batch = pump.take()
    writeChunk(batch.bytes, context)
    if batch.isLast { finishStream() }
  }

  func writeHeartbeat() {
    guard let context, context.channel.isWritable else { return }
    writeChunk(ServerSentEventWriter.heartbeat, context)
  }

  /// Tells a client that is about to lose its stream to come back soon; by default browsers wait for seconds.
  func writeReconnectDelay() {
    guard let context, context.channel.isWritable else { return }
    writeChunk(Array("retry: 100\n\n".utf8), context)
  }

  private func writeChunk(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    guard !bytes.isEmpty else { return }
    var buffer = context.channel.allocator.buffer(capacity: bytes.count + 16)
    if isVersion10 {
      buffer.writeBytes(bytes)
    } else {
      buffer.writeString(String(bytes.count, radix: 16))
      buffer.writeStaticString("\r\n")
      buffer.writeBytes(bytes)
      buffer.writeStaticString("\r\n")
    }
    write(buffer, context)
  }

  /// Ends the stream in good order.
  func finishStream() {
    guard phase == .streaming, let context else { return }
    endStream()
    if !isVersion10 { write(ByteBuffer(staticString: "0\r\n\r\n"), context) }
    if loop.isDraining { closesAfterAnswer = true }
    finishAnswer()
    process()
  }

  /// Stops taking events and gives the stream's place back.
  func endStream() {
    guard let pump else { return }
    self.pump = nil
    pumpIsReady = false
    pump.close()
    shared.returnStream()
  }
}
