import Glibc

/// The socket that all worker processes share.
///
/// One queue of connections for all: with a queue per process (`SO_REUSEPORT`) the connections that wait for a process that dies
/// would die with it.
struct ListeningSocket {
  let descriptor: Int32
  /// The port, also where a free one was asked for.
  let port: Int

  /// How long to wait for a port that a process is about to leave.
  private static let attempts = 40

  /// Listens.
  /// - Throws: `ListeningError` where the address cannot be used.
  static func open(host: String, port: Int, backlog: Int) async throws -> ListeningSocket {
    for attempt in 1... {
      do {
        return try make(host: host, port: port, backlog: backlog)
      } catch let error as ListeningError where error.code == EADDRINUSE && attempt < attempts {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    throw ListeningError(code: EADDRINUSE, address: "\(host):\(port)")
  }

  private static func make(host: String, port: Int, backlog: Int) throws -> ListeningSocket {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
      throw ListeningError(code: EADDRNOTAVAIL, address: "\(host):\(port)")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      address.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ListeningError(code: errno, address: "\(host):\(port)") }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
      listen(descriptor, Int32(clamping: backlog)) == 0
    else {
      let code = errno
      close(descriptor)
      throw ListeningError(code: code, address: "\(host):\(port)")
    }
    return ListeningSocket(descriptor: descriptor, port: boundPort(descriptor) ?? port)
  }

  /// The port that a socket is bound to; nil where it has none.
  static func boundPort(_ descriptor: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes -> Int? in
      guard let base = bytes.baseAddress,
        getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length) == 0
      else { return nil }
      // Behind the family, in both families, in the network's order.
      return Int(UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self)))
    }
  }
}

/// Why the server cannot listen.
struct ListeningError: Error, CustomStringConvertible {
  var code: Int32
  var address: String

  var description: String { "cannot listen on \(address): \(String(cString: strerror(code)))" }
}
