import FunctionKit
import Testing

@testable import TriggerRuntime

/// A version that lives at a URL.
struct RemoteFunctionTests {
  private func context(_ timeout: Duration = .seconds(20)) -> Context {
    Context(
      functionName: "echo", logger: Harness.logger, deadline: .now + timeout, clock: AdjustableClock(),
      caller: .rider("r-1"))
  }

  private func url(_ running: RunningRuntime, _ path: String) throws -> String {
    guard case .tcp(_, let port)? = running.runtime.http?.boundAddress else { throw SetupError("no TCP port") }
    return "http://127.0.0.1:\(port)\(path)"
  }

  @Test(arguments: [CloudEventsMode.binary, .structured])
  func `the event arrives whole and the answer comes back`(_ mode: CloudEventsMode) async throws {
    try await Harness(Harness.httpFunction()).run { event, context in
      // The other side is no dispatch function: it reads the message as it is.
      let info = try #require(event.request)
      let content = try CloudEventsHTTP.decode(info: info, body: event.body)
      guard case .one(let inner) = content else { throw FunctionError(.badInput, code: "batch", "one") }
      #expect(inner.id == "e-1" && inner.subject == "ride-7" && inner.extensions["partitionkey"] == "ride-7")
      #expect(inner.extensions["httppath"] == "/v1/rides/ride-7")
      #expect(context.caller == .rider("r-1"))
      return .json(inner.body, status: 201)
    } while: { running in
      let function = try RemoteFunction(RemoteVersion(url: try url(running, "/echo"), mode: mode))
      let event = Event(
        id: "e-1", source: "/s", type: "t", subject: "ride-7", dataContentType: "application/json",
        extensions: ["partitionkey": "ride-7"], body: Array("{\"fare\":12}".utf8),
        request: HTTPRequestInfo(method: "POST", path: "/v1/rides/ride-7"))
      let response = try await function.handle(event, context())
      #expect(response.status == 201)
      guard case .bytes(let bytes) = response.body else {
        Issue.record("no body")
        return
      }
      #expect(String(decoding: bytes, as: UTF8.self) == "{\"fare\":12}")
    }
  }

  @Test func `a failure of the other side keeps its kind and code`() async throws {
    try await Harness(Harness.httpFunction()).run { _, _ in
      throw FunctionError(.conflict, code: "offerTaken", "Another driver was faster.", field: "offer")
    } while: { running in
      let function = try RemoteFunction(RemoteVersion(url: try url(running, "/echo")))
      do {
        _ = try await function.handle(Event(id: "1", source: "/s", type: "t"), context())
        Issue.record("it did not fail")
      } catch let error as FunctionError {
        #expect(error.kind == .conflict && error.code == "offerTaken" && error.field == "offer")
        #expect(!error.isRetriable)
      }
    }
  }

  @Test func `an answer that does not come in time is transient`() async throws {
    try await Harness(Harness.httpFunction()).run { _, _ in
      try await Task.sleep(for: .seconds(600))
      return .noContent
    } while: { running in
      let function = try RemoteFunction(
        RemoteVersion(url: try url(running, "/echo"), timeout: .milliseconds(20)))
      do {
        _ = try await function.handle(Event(id: "1", source: "/s", type: "t"), context())
        Issue.record("it did not fail")
      } catch let error as FunctionError {
        #expect(error.kind == .transient && error.code == "remoteTimeout")
      }
    }
  }

  @Test func `nobody at the URL is transient`() async throws {
    let function = try RemoteFunction(RemoteVersion(url: "http://127.0.0.1:1/x"))
    do {
      _ = try await function.handle(Event(id: "1", source: "/s", type: "t"), context())
      Issue.record("it did not fail")
    } catch let error as FunctionError {
      #expect(error.kind == .transient && error.code == "remoteUnreachable")
    }
  }

  @Test(arguments: [
    (400, "badInput"), (401, "forbidden"), (403, "forbidden"), (404, "notFound"), (409, "conflict"), (410, "gone"),
    (422, "unprocessable"), (429, "overloaded"), (500, "transient"), (502, "transient"), (302, "transient"),
  ])
  func statuses(_ status: Int, _ kind: String) throws {
    let reply = OutgoingReply(status: status, headers: [], body: Array("<html>".utf8))
    let url = try OutgoingURL("http://h/")
    #expect(throws: FunctionError.self) { try RemoteFunction.response(reply, url) }
    do { _ = try RemoteFunction.response(reply, url) } catch { #expect(error.kind.rawValue == kind) }
  }
}
