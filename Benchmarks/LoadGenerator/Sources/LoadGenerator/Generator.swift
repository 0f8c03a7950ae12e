import CEpoll
import Glibc

/// Sends requests over keep-alive connections from one thread and times their answers.
///
/// With a rate, requests are due at fixed moments whatever the server does, and an answer's time counts from when its request
/// was due, so that a server that stalls does not hide it (no coordinated omission).
struct Generator {
  private struct Connection {
    var descriptor: Int32
    var output = Bytes(capacity: 16_384)
    var written = 0
    var input: [UInt8] = []
    var isBusy = false
    var dueAt: UInt64 = 0
  }

  /// What became of the requests that count.
  struct Result {
    var requests = 0
    /// Answered with another status than 200, or not at all.
    var errors = 0
    /// Answered 200, but not every ping was news.
    var notNew = 0
    var seconds = 0.0
    var latencies = Histogram()
  }

  private let options: Options
  private var fleet: Fleet
  private var connections: [Connection] = []
  private var idle: [Int] = []
  private let epoll = epoll_create1(0)
  private let head: Bytes
  private let expected: [UInt8]
  private var body = Bytes(capacity: 65_536)
  private var isCounting = false
  private var result = Result()

  init(_ options: Options) {
    self.options = options
    fleet = Fleet(options)
    var head = Bytes(capacity: 256)
    head.append(text: options.form == .get ? "GET \(options.path)" : "POST \(options.path)")
    head.append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    switch options.form {
    case .json: head.append("Content-Type: application/json\r\nContent-Length: ")
    case .cbor: head.append("Content-Type: application/cbor\r\nContent-Length: ")
    case .get: head.append("\r\n")
    }
    self.head = head
    expected = Array(#"{"accepted":\#(options.batch),"superseded":0,"rejected":[]}"#.utf8)
  }

  static func nanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  /// The real time in milliseconds since 1970.
  private static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }

  private mutating func connect() -> Bool {
    for index in 0..<options.connections {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = options.port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard status == 0 else {
        perror("connect")
        return false
      }
      var one: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(index)))
      epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
      connections.append(Connection(descriptor: descriptor))
      idle.append(index)
    }
    return true
  }

  /// Runs for as long as the options say.
  /// - Returns: nil where no connection can be made.
  mutating func run() -> Result? {
    guard connect() else { return nil }
    let requestsPerSecond = options.rate / Double(options.form == .get ? 1 : options.batch)
    let begin = Self.nanoseconds()
    let countFrom = begin + UInt64(options.warmUpSeconds * 1e9)
    let end = countFrom + UInt64(options.seconds * 1e9)
    let gap = requestsPerSecond > 0 ? 1e9 / requestsPerSecond : 0
    var sent = 0
    var events = [epoll_event](repeating: epoll_event(), count: 1_024)
    while true {
      var now = Self.nanoseconds()
      if now >= end { break }
      if !isCounting, now >= countFrom {
        isCounting = true
        result = Result()
      }
      var timeout: Int32 = 100
      while let connection = idle.last {
        if gap > 0 {
          let due = begin + UInt64(Double(sent) * gap)
          guard due <= now else {
            // epoll waits whole milliseconds. Polling within the last one would take a whole processor from the server.
            timeout = Int32((due - now) / 1_000_000)
            if timeout == 0 { pause() }
            break
          }
          connections[connection].dueAt = due
        } else {
          connections[connection].dueAt = now
        }
        idle.removeLast()
        sent += 1
        send(connection)
        now = Self.nanoseconds()
      }
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
      for event in events.prefix(Int(max(count, 0))) {
        let index = Int(event.data.u64)
        if event.events & EPOLLOUT.rawValue != 0 { write(index) }
        if event.events & ~EPOLLOUT.rawValue != 0, !read(index) { return result }
      }
    }
    result.seconds = Double(Self.nanoseconds() - countFrom) / 1e9
    return result
  }

  /// Sleeps for a moment; answers that come meanwhile count as so much later.
  private func pause() {
    var time = timespec(tv_sec: 0, tv_nsec: 200_000)
    nanosleep(&time, nil)
  }

  /// Lets the answers come that are still missing.
  mutating func settle() {
    var events = [epoll_event](repeating: epoll_event(), count: 1_024)
    let end = Self.nanoseconds() + 10_000_000_000
    while idle.count < connections.count, Self.nanoseconds() < end {
      let count = epoll_wait(epoll, &events, Int32(events.count), 100)
      for event in events.prefix(Int(max(count, 0))) {
        let index = Int(event.data.u64)
        if event.events & EPOLLOUT.rawValue != 0 { write(index) }
        if event.events & ~EPOLLOUT.rawValue != 0, !read(index) { return }
      }
    }
    if !options.positionsPath.isEmpty { fleet.writePositions(to: options.positionsPath) }
  }

  private mutating func send(_ index: Int) {
    body.clear()
    if options.form != .get { writeBody() }
    connections[index].output.clear()
    connections[index].output.append(head)
    if options.form != .get {
      connections[index].output.append(decimal: body.count)
      connections[index].output.append("\r\n\r\n")
      connections[index].output.append(body)
    }
    connections[index].written = 0
    connections[index].isBusy = true
    write(index)
  }

  private mutating func writeBody() {
    let time = Self.milliseconds()
    guard options.batch > 1 else { return fleet.writePing(options.form, at: time, to: &body) }
    if options.form == .cbor {
      body.append(0x99)
      body.append(UInt8(options.batch >> 8))
      body.append(UInt8(options.batch & 0xFF))
      for _ in 0..<options.batch { fleet.writePing(.cbor, at: time, to: &body) }
    } else {
      body.append("[")
      for index in 0..<options.batch {
        if index > 0 { body.append(",") }
        fleet.writePing(.json, at: time, to: &body)
      }
      body.append("]")
    }
  }

  private mutating func write(_ index: Int) {
    let connection = connections[index]
    let done = connection.output.withBytes { bytes in
      Glibc.send(
        connection.descriptor, bytes.baseAddress?.advanced(by: connection.written), bytes.count - connection.written,
        Int32(MSG_NOSIGNAL))
    }
    if done > 0 { connections[index].written += done }
    let isBlocked = connections[index].written < connection.output.count
    if isBlocked || connection.written > 0 {
      var event = epoll_event(
        events: EPOLLIN.rawValue | (isBlocked ? EPOLLOUT.rawValue : 0), data: epoll_data_t(u64: UInt64(index)))
      epoll_ctl(epoll, EPOLL_CTL_MOD, connection.descriptor, &event)
    }
  }

  /// - Returns: false where the server has gone.
  private mutating func read(_ index: Int) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      let count = recv(connections[index].descriptor, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else {
        if count < 0, errno == EAGAIN { return true }
        complain("the server closed a connection")
        result.errors += 1
        return false
      }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if connections[index].input.isEmpty, let length = Answer.length(bytes), length.total == count {
        finish(index, length, bytes)
        return true
      }
      connections[index].input.append(contentsOf: bytes)
      let input = connections[index].input
      return input.withUnsafeBytes { bytes in
        guard let length = Answer.length(bytes), length.total <= bytes.count else { return true }
        finish(index, length, bytes)
        connections[index].input.removeAll(keepingCapacity: true)
        return true
      }
    }
  }

  private mutating func finish(_ index: Int, _ length: Answer, _ bytes: UnsafeRawBufferPointer) {
    connections[index].isBusy = false
    idle.append(index)
    guard isCounting else { return }
    result.requests += 1
    result.latencies.add(nanoseconds: Self.nanoseconds() - connections[index].dueAt)
    guard length.status == 200 else {
      if result.errors == 0 { complain(String(decoding: bytes.prefix(600), as: UTF8.self)) }
      result.errors += 1
      return
    }
    if options.form != .get, !bytes[length.head..<length.total].elementsEqual(expected) { result.notNew += 1 }
  }
}
