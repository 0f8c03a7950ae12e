import FunctionKit
import NIOCore
import NIOPosix

/// What a server of somebody else's answered.
struct OutgoingReply: Sendable {
  var status: Int
  /// Header fields, names lower case.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// How long the server asks to wait; nil where it says nothing that can be read.
  var retryAfter: Duration? {
    header("retry-after").flatMap { UInt32($0) }.map { .seconds(Int64($0)) }
  }
}

/// Why a request got no good answer.
enum OutgoingHTTPError: Error, Equatable {
  case timeout
  /// The answer is no HTTP, or too long.
  case malformed
  /// The server refused it with this status.
  case refused(Int)
}

/// Sends single requests, each on a connection of its own: for what goes out in batches, seldom.
struct OutgoingHTTPClient: Sendable {
  /// The longest answer.
  static let maxReplyBytes = 1 << 20

  private let group: any EventLoopGroup

  init(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
    self.group = group
  }

  /// Sends a request and waits for its answer.
  /// - Parameters:
  ///   - method: the method.
  ///   - url: where to.
  ///   - headers: header fields beside host, length and connection.
  ///   - body: the body.
  ///   - timeout: how long it may take altogether.
  /// - Throws: `OutgoingHTTPError`, or what the network says.
  func send(
    _ method: String, _ url: OutgoingURL, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    timeout: Duration
  ) async throws -> OutgoingReply {
    let loop = group.any()
    let promise = loop.makePromise(of: OutgoingReply.self)
    let alarm = loop.scheduleTask(in: .init(timeout)) { promise.fail(OutgoingHTTPError.timeout) }
    promise.futureResult.whenComplete { _ in alarm.cancel() }
    var head = "\(method) \(url.target) HTTP/1.1\r\nhost: \(url.authority)\r\nconnection: close\r\n"
    head += "content-length: \(body.count)\r\n"
    for (name, value) in headers where !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
      head += "\(name): \(value)\r\n"
    }
    var request = ByteBuffer(string: head + "\r\n")
    request.writeBytes(body)
    let message = request
    ClientBootstrap(group: loop).connectTimeout(.init(timeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(OutgoingReplyReader(promise: promise))
        }
      }
      .connect(host: url.host, port: url.port)
      .whenComplete { result in
        switch result {
        case .success(let channel):
          promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
          channel.writeAndFlush(message, promise: nil)
        case .failure(let error): promise.fail(error)
        }
      }
    return try await withTaskCancellationHandler {
      try await promise.futureResult.get()
    } onCancel: {
      promise.fail(CancellationError())
    }
  }
}
