import Logging
import NIOCore
import NIOPosix
import RedisClient
import Testing

@Suite("A server that misbehaves", .timeLimit(.minutes(8)))
struct BadServerTests {
  /// Answers every read with the same bytes, or with nothing.
  private final class Parrot: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let answer: ByteBuffer

    init(_ answer: String) { self.answer = ByteBuffer(string: answer) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }
  }

  private func withServer(
    answering answer: String, _ configure: (inout RedisConfiguration) -> Void,
    _ body: (RedisClient) async throws -> Void
  ) async throws {
    let parrot = Parrot(answer)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { $0.pipeline.addHandler(parrot) }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = server.localAddress?.port ?? 0
    try await TestServer.withClient(of: "redis://127.0.0.1:\(port)", configure: configure, body)
    try await server.close().get()
  }

  @Test("bytes that are not RESP2 end in a protocol error")
  func garbage() async throws {
    try await withServer(answering: "HTTP/1.1 400 Bad Request\r\n\r\n", { $0.clientName = "" }) { client in
      let error = await expectFailure(.protocolViolation) { try await client.command("PING") }
      #expect(error?.mayHaveExecuted == true)
    }
  }

  @Test("an answer too many closes the connection instead of reaching the next caller")
  func unasked() async throws {
    try await withServer(
      answering: "+ONE\r\n+TWO\r\n",
      {
        $0.clientName = ""
        $0.connectionsPerNode = 1
      }
    ) { client in
      for _ in 0..<20 {
        do throws(RedisError) {
          let value = try await client.command("PING")
          #expect(value == .simple("ONE"))
        } catch { #expect(error.code == .connectionLost || error.code == .protocolViolation) }
      }
    }
  }

  @Test("silence ends in a timeout, before and after the login")
  func silence() async throws {
    for name in ["", "cabstand"] {
      try await withServer(
        answering: "",
        {
          $0.clientName = name
          if !name.isEmpty { $0.connectTimeout = .milliseconds(30) }
          $0.silenceLimit = .milliseconds(10)
        }
      ) { client in
        let code: RedisError.Code = name.isEmpty ? .timeout : .connectFailed
        for _ in 0..<3 {
          let error = await expectFailure(code) { try await client.command("PING", deadline: .milliseconds(300)) }
          #expect(error?.mayHaveExecuted == name.isEmpty)
        }
        if name.isEmpty { try await waitUntil { client.pendingCount == 0 } }
      }
    }
  }

  @Test("a transaction and a map of the wrong shape are errors")
  func wrongShape() async throws {
    try await withServer(
      answering: ":1\r\n",
      {
        $0.clientName = ""
        $0.connectionsPerNode = 1
      }
    ) { client in
      let one = try await client.command("PING")
      #expect(one == .integer(1))
      _ = await expectFailure(.timeout) {
        try await client.transaction([RedisCommand("PING")], deadline: .milliseconds(30))
      }
    }
    try await withServer(
      answering: ":1\r\n",
      {
        $0.clientName = ""
        $0.topology = .cluster
      }
    ) { client in
      _ = await expectFailure(.clusterDown) { try await client.command("GET", "k", deadline: .milliseconds(50)) }
    }
  }
}
