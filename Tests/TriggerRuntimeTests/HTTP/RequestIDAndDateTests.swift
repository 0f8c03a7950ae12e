import Testing

@testable import TriggerRuntime

struct RequestIDAndDateTests {
  @Test func idsAreUniqueAndShort() {
    var first = RequestIDGenerator()
    var second = RequestIDGenerator()
    var ids: Set<String> = []
    for _ in 0..<10_000 {
      ids.insert(first.next())
      ids.insert(second.next())
    }
    #expect(ids.count == 20_000)
    #expect(ids.allSatisfy { $0.utf8.count == 15 })
  }

  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
  ])
  func datesAsHTTPWritesThem(second: Int, text: String) {
    #expect(String(decoding: HTTPDate.format(second), as: UTF8.self) == text)
  }

  @Test func timeoutsThatClientsAskFor() throws {
    let parser = HTTPHeadParser(limits: .init(maxHeaderBytes: 1_024, maxHeaderCount: 10, maxURIBytes: 100))
    func timeout(_ field: String) throws -> Duration {
      let bytes = Array("GET / HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n".utf8)
      return InvocationTimeout.of(try bytes.withUnsafeBytes { try parser.parse($0) }, atMost: .seconds(20))
    }
    #expect(try timeout("X-Nuclio-Invoke-Timeout: 500ms") == .milliseconds(500))
    #expect(try timeout("X-Nuclio-Invoke-Timeout: 1h") == .seconds(20))
    #expect(try timeout("X-Nuclio-Invoke-Timeout: soon") == .seconds(20))
    #expect(try timeout("Prefer: respond-async, wait=3") == .seconds(3))
    #expect(try timeout("Prefer: wait=99999999999999999999") == .seconds(20))
    #expect(try timeout("Prefer: wait=0") == .seconds(20))
    #expect(try timeout("A: b") == .seconds(20))
  }
}
