import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct HTTPLimitTests {
  private let get = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"

  private func withEcho(
    _ change: (inout HTTPServerConfiguration) -> Void,
    _ body: @escaping @Sendable (RunningRuntime) async throws -> Void
  ) async throws {
    var harness = Harness(Harness.httpFunction())
    change(&harness.http)
    try await harness.run({ event, _ in .json(event.body) }, while: body)
  }

  @Test func bodiesTooLarge() async throws {
    try await withEcho({ $0.maxBodyBytes = 10 }) { running in
      let declared = try await running.request("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
      #expect(declared?.status == 413)
      #expect(declared?.body.contains("bodyTooLarge") == true)
      let chunked = try await running.request(
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n123\r\n0\r\n\r\n")
      #expect(chunked?.status == 413)
      let just = try await running.request("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234567890")
      #expect(just?.body == "1234567890")
      // A huge one is refused at once and the connection closed in good order.
      let connection = try await running.connect()
      try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nabc")
      #expect(await connection.answer()?.headers["connection"] == "close")
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  @Test func bodiesTooLargeForTheirRoute() async throws {
    var harness = Harness(
      Harness.httpFunction().replacing("attributes:", with: "attributes:\n        maxRequestBodySize: 4"))
    harness.http.maxBodyBytes = 100
    try await harness.run { event, _ in
      .json(event.body)
    } while: { running in
      let answer = try await running.request("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345")
      #expect(answer?.status == 413)
    }
  }

  @Test func targetsAndHeadersTooLarge() async throws {
    try await withEcho({
      $0.maxURIBytes = 50
      $0.maxHeaderBytes = 500
      $0.maxHeaderCount = 5
    }) { running in
      let long = String(repeating: "a", count: 60)
      let answer1 = try await running.request("GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer1?.status == 414)
      let many = String(repeating: "A: b\r\n", count: 5)
      let answer2 = try await running.request("GET /echo HTTP/1.1\r\nHost: x\r\n\(many)\r\n")
      #expect(answer2?.status == 431)
      let large = String(repeating: "a", count: 600)
      let answer3 = try await running.request("GET /echo HTTP/1.1\r\nHost: x\r\nA: \(large)\r\n\r\n")
      #expect(answer3?.status == 431)
    }
  }

  /// A client that never stops sending header fields is cut off.
  @Test func headerBombs() async throws {
    try await withEcho({ _ in }) { running in
      let connection = try await running.connect()
      try await connection.send("GET /echo HTTP/1.1\r\nHost: x\r\n")
      let fields = String(repeating: "A: \(String(repeating: "b", count: 1_000))\r\n", count: 40)
      try? await connection.send(fields)
      #expect(await connection.answer()?.status == 431)
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  @Test func connectionsTooMany() async throws {
    try await withEcho({ $0.maxConnections = 2 }) { running in
      let first = try await running.connect()
      let second = try await running.connect()
      for connection in [first, second] {
        try await connection.send(get)
        #expect(await connection.answer()?.status == 200)
      }
      let third = try await running.connect()
      let refused = await third.answer()
      #expect(refused?.status == 503)
      #expect(refused?.headers["retry-after"] == "1")
      #expect(await third.rest() == "")
      await first.close()
      // The place is free once the server has seen the end.
      while running.runtime.http?.connectionCount ?? 0 > 1 { await Task.yield() }
      let answer4 = try await running.request(get)
      #expect(answer4?.status == 200)
      await second.close()
      await third.close()
    }
  }

  @Test func slowHeadsAndBodies() async throws {
    try await withEcho({
      $0.headerReadTimeout = .milliseconds(60)
      $0.bodyReadTimeout = .milliseconds(60)
    }) { running in
      for start in ["G", "GET /echo HTTP/1.1\r\nHo", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"] {
        let connection = try await running.connect()
        try await connection.send(start)
        let answer = await connection.answer()
        #expect(answer?.status == 408)
        #expect(answer?.headers["connection"] == "close")
        #expect(await connection.rest() == "")
        await connection.close()
      }
    }
  }

  /// A client that sends a byte now and then does not win time with each.
  @Test func slowLoris() async throws {
    try await withEcho({ $0.headerReadTimeout = .milliseconds(80) }) { running in
      let connection = try await running.connect()
      let dripping = Task {
        try await connection.send("GET /echo HTTP/1.1\r\n")
        while !Task.isCancelled {
          try await connection.send("A: b\r\n")
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      #expect(await connection.answer()?.status == 408)
      dripping.cancel()
      _ = await dripping.result
      await connection.close()
    }
  }

  @Test func idleConnections() async throws {
    try await withEcho({ $0.idleTimeout = .milliseconds(50) }) { running in
      let connection = try await running.connect()
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  /// A client that takes nothing of a long answer is let go.
  @Test func stalledReaders() async throws {
    var harness = Harness(Harness.httpFunction())
    harness.http.writeStallTimeout = .milliseconds(100)
    let body = [UInt8](repeating: 0x61, count: 64 << 20)
    try await harness.run { _, _ in
      Response(body: .bytes(body))
    } while: { running in
      let connection = try await running.connect(autoRead: false)
      try await connection.send(get)
      while running.runtime.http?.connectionCount ?? 0 == 0 { await Task.yield() }
      while running.runtime.http?.connectionCount ?? 0 > 0 { await Task.yield() }
      await connection.close()
    }
  }

  @Test func continuesOnlyWhereTheBodyIsWanted() async throws {
    try await withEcho({ $0.maxBodyBytes = 10 }) { running in
      let connection = try await running.connect()
      try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
      #expect(await connection.answer()?.status == 100)
      try await connection.send("ok")
      #expect(await connection.answer()?.body == "ok")
      try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
      let refused = await connection.answer()
      #expect(refused?.status == 413)
      #expect(refused?.headers["connection"] == "close")
      await connection.close()
    }
  }

  @Test(arguments: [
    "NONSENSE\r\n\r\n", "GET /echo HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
    "GET /echo HTTP/1.1\nHost: x\n\n\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n",
    "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n",
  ])
  func malformedRequests(text: String) async throws {
    try await withEcho({ _ in }) { running in
      let connection = try await running.connect()
      try await connection.send(text)
      let answer = await connection.answer()
      #expect(answer?.status == 400)
      #expect(answer?.headers["connection"] == "close")
      #expect(answer?.headers["content-type"] == "application/problem+json")
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  @Test(arguments: [
    "GET /echo HTT", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  ])
  func requestsThatEndTooEarly(text: String) async throws {
    try await withEcho({ _ in }) { running in
      let connection = try await running.connect()
      try await connection.send(text)
      try await connection.endInput()
      #expect(await connection.answer()?.status == 400)
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  /// A client may end its side after the request and still get the answer.
  @Test func halfClosedClients() async throws {
    try await withEcho({ _ in }) { running in
      let connection = try await running.connect()
      try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
      try await connection.endInput()
      #expect(await connection.answer()?.body == "ok")
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }

  @Test func chunkedBodiesAndEmptyLines() async throws {
    try await withEcho({ _ in }) { running in
      let connection = try await running.connect()
      let chunked =
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n"
      try await connection.send("\r\n" + chunked + "\r\n\r\n" + chunked)
      #expect(await connection.answer()?.body == "abcde")
      #expect(await connection.answer()?.body == "abcde")
      await connection.close()
    }
  }
}
