import Testing

@testable import RedisClient

@Suite("Configuration")
struct RedisConfigurationTests {
  @Test(
    "URLs",
    arguments: [
      ("redis://localhost", RedisConfiguration.Endpoint.tcp(host: "localhost", port: 6379), 0),
      ("redis://", .tcp(host: "127.0.0.1", port: 6379), 0), ("REDIS://h:1/", .tcp(host: "h", port: 1), 0),
      ("redis://h:7000/5", .tcp(host: "h", port: 7000), 5), ("redis://[::1]:7/2", .tcp(host: "::1", port: 7), 2),
      ("redis://[::1]", .tcp(host: "::1", port: 6379), 0),
      ("unix:///run/redis.sock?db=4", .unix(path: "/run/redis.sock"), 4),
      ("redis+unix:///a%20b", .unix(path: "/a b"), 0),
    ])
  func url(text: String, endpoint: RedisConfiguration.Endpoint, database: Int) throws {
    let configuration = try RedisConfiguration(url: text)
    #expect(configuration.endpoint == endpoint)
    #expect(configuration.database == database)
    #expect(configuration.password == nil)
  }

  @Test("user and password, also with signs that a URL reserves")
  func user() throws {
    let configuration = try RedisConfiguration(url: "redis://us%40er:p%2Fa%3As@ho.st:1/0?connections=3&cluster=true")
    #expect(configuration.username == "us@er")
    #expect(configuration.password == "p/a:s")
    #expect(configuration.endpoint == .tcp(host: "ho.st", port: 1))
    #expect(configuration.connectionsPerNode == 3)
    #expect(configuration.topology == .cluster)
    let onlyPassword = try RedisConfiguration(url: "redis://:secret@h")
    #expect(onlyPassword.username == nil)
    #expect(onlyPassword.password == "secret")
    var dumped = ""
    dump(onlyPassword, to: &dumped)
    #expect(!dumped.contains("secret"))
    #expect(!"\(onlyPassword) \(String(reflecting: onlyPassword))".contains("secret"))
  }

  @Test(
    "what is wrong is refused without repeating the password",
    arguments: [
      "", "localhost", "rediss://h", "http://h", "redis://h:x", "redis://h:0", "redis://h:99999", "redis://h/x",
      "redis://h/-1", "redis://secret@h", "redis://h?pool=3", "redis://h?db", "redis://h?connections=0",
      "unix://relative",
      "redis://h/1?cluster=true", "redis://u:%zz@h", "redis://u:secret%2@h", "redis://u:%FF@h",
      "redis://h?cluster=maybe",
      "unix:///" + String(repeating: "long", count: 27), "redis://[::1]x",
    ])
  func refused(text: String) {
    do {
      let configuration = try RedisConfiguration(url: text)
      Issue.record("accepted as \(configuration)")
    } catch {
      #expect(error.code == .invalidConfiguration)
      #expect(!error.debugDescription.contains("secret"))
    }
  }
}
