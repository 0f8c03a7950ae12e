import FunctionKit
import Testing

@testable import TriggerRuntime

struct HTTPHeadParserTests {
  private let parser = HTTPHeadParser(limits: .init(maxHeaderBytes: 1_024, maxHeaderCount: 10, maxURIBytes: 100))

  private func parse(_ text: String) throws(HTTPParseError) -> HTTPRequestHead {
    let result = Array(text.utf8).withUnsafeBytes { bytes -> Result<HTTPRequestHead, HTTPParseError> in
      do throws(HTTPParseError) { return .success(try parser.parse(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  @Test func readsARequest() throws {
    let head = try parse(
      "POST /v1/offers/7%20x/accept?a=1&b HTTP/1.1\r\nHost: x\r\nContent-Type:  text/plain \r\nCONTENT-length: 12\r\n"
        + "X-Cabstand-Caller: driver:7\r\n\r\n")
    #expect(head.method == "POST")
    #expect(String(decoding: head.bytes[head.path], as: UTF8.self) == "/v1/offers/7%20x/accept")
    #expect(head.query.map { String(decoding: head.bytes[$0], as: UTF8.self) } == "a=1&b")
    #expect(head.contentLength == 12)
    #expect(head.text(of: .contentType) == "text/plain")
    #expect(head.text(of: .caller) == "driver:7")
    #expect(head.text(of: .idempotencyKey) == nil)
    #expect(head.isKeepAlive)
    #expect(head.fields.map { String(decoding: head.bytes[$0.name], as: UTF8.self) }.contains("content-type"))
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false),
    ("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo , Close\r\n\r\n", false),
    ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false),
    ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
  ])
  func decidesOnTheConnection(text: String, isKeepAlive: Bool) throws {
    #expect(try parse(text).isKeepAlive == isKeepAlive)
  }

  @Test(arguments: [
    "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
    "GET /\r\nHost: x\r\n\r\n", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /\u{7} HTTP/1.1\r\nHost: x\r\n\r\n", "GET /é HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nA: b\u{0}c\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Type: a\r\nContent-Type: b\r\n\r\n",
    "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
  ])
  func refusesWhatIsMalformed(text: String) {
    let error = #expect(throws: HTTPParseError.self) { try parse(text) }
    #expect(error?.status == 400)
  }

  @Test(arguments: [
    ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("GET /\(String(repeating: "a", count: 100)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 10) + "\r\n", 431),
  ])
  func refusesWhatIsNotSupportedOrTooMuch(text: String, status: Int) {
    #expect(throws: HTTPParseError.self) { try parse(text) }
    do throws(HTTPParseError) { _ = try parse(text) } catch { #expect(error.status == status) }
  }

  @Test func readsAbsoluteTargetsAndTheAsterisk() throws {
    let absolute = try parse("GET http://host:80/a/b?c HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(String(decoding: absolute.bytes[absolute.path], as: UTF8.self) == "/a/b")
    let asterisk = try parse("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(String(decoding: asterisk.bytes[asterisk.path], as: UTF8.self) == "*")
  }

  /// The end is found wherever the bytes are cut into pieces.
  @Test func findsTheEndInPieces() throws {
    let text = Array("GET / HTTP/1.1\r\nHost: \r\r\n\r\n\rx\r\n\r\nrest".utf8)
    let whole = try text.withUnsafeBytes { bytes in
      var scanned = 0
      return try parser.headLength(in: bytes, scanned: &scanned)
    }
    let end = try #require(whole)
    #expect(Array(text[..<end].suffix(4)) == Array("\r\n\r\n".utf8))
    for step in 1...7 {
      var scanned = 0
      var found: Int?
      for count in stride(from: 0, through: text.count, by: step) where found == nil {
        found = try text[..<count].withUnsafeBytes { bytes in
          try parser.headLength(in: bytes, scanned: &scanned)
        }
        if let found { #expect(found == end && count >= end && count < end + step) }
      }
      #expect(found == end)
    }
  }

  @Test func refusesLongHeadsBeforeTheyEnd() {
    func status(_ text: String) -> Int? {
      do throws(HTTPParseError) {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { bytes -> Result<Int?, HTTPParseError> in
          var scanned = 0
          do throws(HTTPParseError) { return .success(try parser.headLength(in: bytes, scanned: &scanned)) } catch {
            return .failure(error)
          }
        }
        _ = try result.get()
        return nil
      } catch {
        return error.status
      }
    }
    #expect(status("GET /" + String(repeating: "a", count: 1_100)) == 414)
    #expect(status("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 1_100)) == 431)
    #expect(status("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 900)) == nil)
  }

  /// Whatever comes, the parser neither traps nor takes what it should refuse for something else.
  @Test func survivesChangedBytes() {
    let seeds = [
      "POST /v1/pings?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close, x\r\nPrefer: wait=3\r\n\r\n",
      "GET http://a/b HTTP/1.0\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nX-Request-Id: 5\r\n\r\n",
    ]
    var random = SplitMix(state: 7)
    for round in 0..<20_000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<(1 + Int(random.next() % 4)) {
        let index = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: index)
        default: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x00, 0xFF][Int(random.next() % 6)], at: index)
        }
      }
      bytes.withUnsafeBytes { raw in
        var scanned = 0
        guard let length = try? parser.headLength(in: raw, scanned: &scanned) else { return }
        _ = try? parser.parse(UnsafeRawBufferPointer(rebasing: raw[..<length]))
      }
    }
  }
}

/// A generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
