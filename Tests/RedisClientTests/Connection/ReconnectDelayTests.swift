import NIOCore
import Testing

@testable import RedisClient

@Suite("Pauses between attempts to connect")
struct ReconnectDelayTests {
  @Test("they double up to the limit, vary, and start over after a success")
  func doubling() {
    var generator = SeededGenerator(seed: 3)
    var delay = ReconnectDelay(shortest: .milliseconds(10), longest: .seconds(1))
    for ceiling in [10, 20, 40, 80, 160, 320, 640, 1000, 1000] + Array(repeating: Int64(1000), count: 100) {
      let pause = delay.next(using: &generator)
      #expect((TimeAmount.milliseconds(ceiling / 2)...TimeAmount.milliseconds(ceiling)).contains(pause))
    }
    delay.reset()
    #expect(delay.next(using: &generator) <= .milliseconds(10))
    var extreme = ReconnectDelay(shortest: .nanoseconds(.max), longest: .nanoseconds(0))
    for _ in 0..<3 { #expect(extreme.next() > .nanoseconds(0)) }
  }
}
