import Dispatch
import EmbeddedStores
import FunctionKit
import Glibc
import Logging
import TriggerRuntime

/// The other worker processes of this server, asked through sockets beside the journals.
struct Siblings: Sendable {
  /// The longest path that a Unix socket can have.
  private static let maxPathBytes = 107
  /// How long one may take to answer.
  private static let patienceSeconds = 1

  private let directory: String
  private let name: String

  /// Creates them.
  /// - Parameters:
  ///   - directory: the folder that the workers share.
  ///   - name: this worker's name in it.
  init(directory: String, name: String) {
    self.directory = directory
    self.name = "\(name).sock"
  }

  /// A server at which the others reach this worker; nil where its path would be too long for a socket.
  func server(logs: FunctionLogs, metrics: PrometheusMetrics, logger: Logger) throws -> HTTPServer? {
    let path = "\(directory)/\(name)"
    guard path.utf8.count <= Self.maxPathBytes else { return nil }
    let server = HTTPServer(
      configuration: HTTPServerConfiguration(address: .unix(path: path)), logger: logger, metrics: PrometheusMetrics())
    try server.route("GET", "/metrics") { _ in .json(metrics.render()) }
    try LogLevelRoutes(logs: logs).register(on: server)
    return server
  }

  /// Asks all others at once.
  /// - Returns: the bodies of those that answered.
  func ask(_ method: String, _ path: String, _ body: [UInt8] = []) async -> [[UInt8]] {
    let names = Directories.names(in: directory).filter { $0.hasSuffix(".sock") && $0 != name }
    return await withTaskGroup(of: [UInt8]?.self) { group in
      for name in names {
        let socket = "\(directory)/\(name)"
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
              continuation.resume(returning: Self.exchange(socket, method, path, body))
            }
          }
        }
      }
      var answers: [[UInt8]] = []
      for await answer in group { if let answer { answers.append(answer) } }
      return answers
    }
  }

  /// One request on a connection of its own; blocks.
  private static func exchange(_ socketPath: String, _ method: String, _ path: String, _ body: [UInt8]) -> [UInt8]? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8.prefix(maxPathBytes)) }
    let isConnected = withUnsafeBytes(of: &address) { bytes in
      bytes.baseAddress.map {
        connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
      } ?? false
    }
    guard isConnected else { return nil }
    let lines = [
      "\(method) \(path) HTTP/1.1", "host: worker", "connection: close", "content-length: \(body.count)", "", "",
    ]
    let request = Array(lines.joined(separator: "\r\n").utf8) + body
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    let end = Array("\r\n\r\n".utf8)
    guard answer.starts(with: Array("HTTP/1.1 2".utf8)),
      let index = answer.indices.first(where: { answer[$0...].starts(with: end) })
    else { return nil }
    return Array(answer[(index + end.count)...])
  }
}

/// Metrics of several processes as those of one.
enum PrometheusSum {
  /// Adds up what several say, series by series, in the order of the first.
  static func of(_ texts: [[UInt8]]) -> [UInt8] {
    guard texts.count > 1 else { return texts.first ?? [] }
    var lines: [Substring] = []
    var sums: [Substring: Double] = [:]
    var comments: Set<Substring> = []
    for text in texts {
      for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
        guard !line.hasPrefix("#"), let space = line.lastIndex(of: " "),
          let value = Double(line[line.index(after: space)...])
        else {
          if comments.insert(line).inserted { lines.append(line) }
          continue
        }
        let series = line[..<space]
        if let sum = sums[series] {
          sums[series] = sum + value
        } else {
          sums[series] = value
          lines.append(series)
        }
      }
    }
    var result: [UInt8] = []
    for line in grouped(lines) {
      result += Array(line.utf8)
      if let sum = sums[line] { result += Array(" \(text(sum))".utf8) }
      result.append(UInt8(ascii: "\n"))
    }
    return result
  }

  /// Every series right behind the comment of its family, as the format wants it, where a later text brought it.
  private static func grouped(_ lines: [Substring]) -> [Substring] {
    var families: [Substring] = []
    var members: [Substring: [Substring]] = [:]
    var current: Substring = ""
    for line in lines {
      if line.hasPrefix("#") {
        current = line.split(separator: " ").dropFirst(2).first ?? ""
      } else {
        let name = line.prefix { $0 != "{" }
        if !isMember(name, of: current) {
          current = families.last { isMember(name, of: $0) } ?? name
        }
      }
      if members[current] == nil { families.append(current) }
      members[current, default: []].append(line)
    }
    return families.flatMap { members[$0] ?? [] }
  }

  private static func isMember(_ name: Substring, of family: Substring) -> Bool {
    guard name.hasPrefix(family), !family.isEmpty else { return false }
    return ["", "_bucket", "_sum", "_count", "_total"].contains(String(name.dropFirst(family.count)))
  }

  private static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
