import Dispatch
import Glibc
import Replay

/// A plain TCP connection, for what a well-behaved client cannot send.
enum RawSocket {
  /// Why there is no answer.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Sends bytes as they are and reads until the server closes the connection.
  /// - Parameters:
  ///   - parts: sent one after the other, each by a call of its own.
  ///   - pauseMilliseconds: the pause between two parts.
  ///   - address: where the server listens.
  /// - Returns: the answers that came.
  static func exchange(
    _ parts: [[UInt8]], pauseMilliseconds: UInt32 = 0, with address: ServerAddress
  ) async throws -> [RawReply] {
    guard case .tcp(_, let port) = address else { throw Failure(description: "no port") }
    let bytes = try await withCheckedThrowingContinuation { continuation in
      // It blocks, so it gets a thread of its own.
      DispatchQueue.global().async {
        continuation.resume(
          with: Result { try blockingExchange(parts, pauseMilliseconds, port: UInt16(clamping: port)) })
      }
    }
    return try RawReply.all(in: bytes)
  }

  /// Sends one text.
  static func exchange(_ text: String, with address: ServerAddress) async throws -> RawReply {
    guard let reply = try await exchange([Array(text.utf8)], with: address).last else {
      throw Failure(description: "no answer")
    }
    return reply
  }

  private static func blockingExchange(_ parts: [[UInt8]], _ pause: UInt32, port: UInt16) throws -> [UInt8] {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard handle >= 0 else { throw Failure(description: "socket: \(errno)") }
    defer { close(handle) }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "connect: \(errno)") }
    for (index, part) in parts.enumerated() {
      if index > 0, pause > 0 { usleep(pause * 1_000) }
      // A server that has refused already may have closed: what it said is still to be read.
      guard sendAll(part, to: handle) else { break }
    }
    return try readToEnd(of: handle)
  }

  private static func sendAll(_ bytes: [UInt8], to handle: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  private static func readToEnd(of handle: Int32) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(handle, &chunk, chunk.count, 0)
      if count == 0 { return bytes }
      if count < 0 {
        // A reset after the answer is how a server may leave a client that goes on sending.
        if errno == ECONNRESET, !bytes.isEmpty { return bytes }
        throw Failure(description: "recv: \(errno) after \(bytes.count) bytes")
      }
      bytes += chunk[..<count]
    }
  }
}
