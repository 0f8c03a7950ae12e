import FunctionKit

/// A version of a function that lives at a URL which speaks CloudEvents.
///
/// The event goes out in binary or structured mode, with deadline, caller and trace; the route's method and path go along as the extension
/// attributes `httpmethod` and `httppath`. An answer of 2xx is the function's answer; any other is a failure of the kind that its status
/// means, with the code of its problem document.
struct RemoteFunction: Function {
  let url: OutgoingURL
  let remote: RemoteVersion

  init(_ setup: FunctionSetup) throws {
    throw SetupError("a remote version is made of its URL")
  }

  /// - Throws: `SetupError` where the URL is none.
  init(_ remote: RemoteVersion) throws {
    url = try OutgoingURL(remote.url)
    self.remote = remote
  }

  func handle(_ event: Event, _ context: Context) async throws -> Response {
    var event = event
    if let request = event.request {
      event.extensions["httpmethod"] = request.method
      event.extensions["httppath"] = request.path
    }
    let message = CloudEventsMessage(event, mode: remote.mode)
    var headers = message.headers
    if let contentType = message.contentType { headers.append(("content-type", contentType)) }
    if context.caller != .anonymous { headers.append((CallerHeader.name, context.caller.description)) }
    if let key = event.request?.header("idempotency-key") { headers.append(("idempotency-key", key)) }
    if let trace = context.traceContext?.child() {
      headers.append(("traceparent", trace.traceparent))
      if let state = trace.state { headers.append(("tracestate", state)) }
    }
    var timeout = context.deadline - ContinuousClock.now
    if let limit = remote.timeout { timeout = min(timeout, limit) }
    guard timeout > .zero else { throw Self.failure(.transient, "remoteTimeout", "\(url) had no time left") }
    // Whole milliseconds, of which the other side should need less than all.
    headers.append(("prefer", "wait=\(max(1, timeout.components.seconds))"))
    let reply: OutgoingReply
    do {
      reply = try await OutgoingHTTPClient().send("POST", url, headers: headers, body: message.body, timeout: timeout)
    } catch is CancellationError {
      throw CancellationError()
    } catch OutgoingHTTPError.timeout {
      throw Self.failure(.transient, "remoteTimeout", "\(url) did not answer in time")
    } catch OutgoingHTTPError.malformed {
      throw Self.failure(.transient, "remoteMalformed", "\(url) answered no HTTP that could be read")
    } catch {
      throw Self.failure(.transient, "remoteUnreachable", "\(url) cannot be reached")
    }
    return try Self.response(reply, url)
  }

  /// Header fields that belong to the connection, or that the trigger writes itself.
  private static let ownHeaders: Set<String> = [
    "connection", "content-length", "content-type", "date", "keep-alive", "server", "transfer-encoding", "x-request-id",
  ]

  static func response(_ reply: OutgoingReply, _ url: OutgoingURL) throws(FunctionError) -> Response {
    guard (200..<300).contains(reply.status) else { throw failure(reply, url) }
    return Response(
      status: reply.status, contentType: reply.header("content-type"),
      headers: reply.headers.filter { !ownHeaders.contains($0.name) },
      body: reply.body.isEmpty ? .empty : .bytes(reply.body))
  }

  private static func failure(_ reply: OutgoingReply, _ url: OutgoingURL) -> FunctionError {
    let kind: FunctionError.Kind =
      switch reply.status {
      case 403, 401: .forbidden
      case 404: .notFound
      case 409: .conflict
      case 410: .gone
      case 422: .unprocessable
      case 429: .overloaded
      case 400..<500: .badInput
      default: .transient
      }
    let problem = try? JSONValue(parsing: reply.body)
    return FunctionError(
      kind, code: problem?["code"]?.text ?? "remoteStatus",
      problem?["detail"]?.text ?? "\(url) answered \(reply.status)", field: problem?["field"]?.text)
  }

  private static func failure(_ kind: FunctionError.Kind, _ code: String, _ message: String) -> FunctionError {
    FunctionError(kind, code: code, message)
  }
}
