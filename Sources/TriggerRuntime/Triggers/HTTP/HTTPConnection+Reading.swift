import FunctionKit
import NIOCore

extension HTTPConnection {
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
    guard !request.route.isCounted || shared.takeRequest() else {
      var problem = ProblemDocument(
        status: 429, code: "tooManyInFlight", detail: "as many requests are at work as this server allows")
      problem.headers = [("retry-after", "1")]
      problem.requestID = id
      refuse(problem, closes: false)
      return
    }
    let exchange = HTTPExchange(
      head: head, body: request.bytes, route: request.route, values: request.values, id: id,
      timeout: InvocationTimeout.of(head, atMost: request.route.timeout), connection: self, loop: loop)
    self.exchange = exchange
    enter(.handling)
    request.route.pool.submit(exchange, request.route.target.isBrief ? .inline(Self.inlineLimit) : .scheduled)
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
}
