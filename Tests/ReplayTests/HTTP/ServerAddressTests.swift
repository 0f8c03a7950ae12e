import Replay
import Testing

struct ServerAddressTests {
  @Test func readsAddresses() {
    #expect(ServerAddress("http://127.0.0.1:8070") == .tcp(host: "127.0.0.1", port: 8_070))
    #expect(ServerAddress("http://example.org/") == .tcp(host: "example.org", port: 80))
    #expect(ServerAddress("localhost:81") == .tcp(host: "localhost", port: 81))
    #expect(ServerAddress(":8070") == .tcp(host: "127.0.0.1", port: 8_070))
    #expect(ServerAddress("http://[::1]:9") == .tcp(host: "::1", port: 9))
    #expect(ServerAddress("unix:/run/a.sock") == .unix(path: "/run/a.sock"))
    for text in ["", "http://", "https://a", "http://a:0", "http://a:x", "http://a/b", "unix:", "http://[::1"] {
      #expect(ServerAddress(text) == nil, "\(text)")
    }
    #expect(ServerAddress("http://[::1]:9")?.description == "http://[::1]:9")
  }
}
