import Glibc

/// Asks a starting Redis server over its Unix socket whether it is ready; never blocks.
final class RedisProbe {
  private let socketPath: String
  private var descriptor: Int32 = -1

  init(socketPath: String) { self.socketPath = socketPath }

  deinit { hangUp() }

  /// Whether the server has answered `PING` and is not loading its data. Call it until it says yes.
  func isReady() -> Bool {
    if descriptor < 0 {
      guard dial() else { return false }
      ask()
    }
    var answer = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT))
    if count > 0 {
      if answer.starts(with: "+PONG".utf8) { return true }
      ask()
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      hangUp()
    }
    return false
  }

  private func dial() -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socketPath.utf8)
    guard path.count <= Directories.longestSocketPathBytes else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result != 0 { hangUp() }
    return result == 0
  }

  private func ask() {
    let question = Array("PING\r\n".utf8)
    if send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) != question.count { hangUp() }
  }

  private func hangUp() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
