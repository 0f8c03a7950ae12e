import Testing

@testable import FunctionKit

struct HTTPRequestInfoTests {
  @Test func headersFromBytesAreThoseFromStrings() {
    let head = Array("host: x\r\na: b\r\na: c\r\n".utf8)
    let info = HTTPRequestInfo(
      method: "GET", path: "/", parameters: [:], query: [:], head: head,
      fields: [
        HTTPFieldRange(nameStart: 0, nameEnd: 4, valueStart: 6, valueEnd: 7),
        HTTPFieldRange(nameStart: 9, nameEnd: 10, valueStart: 12, valueEnd: 13),
        HTTPFieldRange(nameStart: 15, nameEnd: 16, valueStart: 18, valueEnd: 19),
      ])
    #expect(info.headers.map { "\($0.name)=\($0.value)" } == ["host=x", "a=b", "a=c"])
    #expect(info.header("a") == "b")
    #expect(info.header("b") == nil)
    var copy = info
    copy.headers = [("z", "1")]
    #expect(copy.header("z") == "1")
    #expect(HTTPRequestInfo(method: "GET", path: "/", headers: [("q", "1")]).header("q") == "1")
  }
}
