import FunctionKit
import Testing

@testable import TriggerRuntime

struct StreamBufferTests {
  private func entry(_ id: String) -> StreamEntry {
    StreamEntry(id: id, event: Event(id: id, source: "/s", type: "t"))
  }

  @Test func handsOutOnePerKeyInOrder() {
    var buffer = StreamBuffer()
    for (id, key) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c"), ("5", "b")] { buffer.add(entry(id), key: key) }
    let now = ContinuousClock.now
    let first = buffer.take(10, now: now)
    #expect(first.map(\.entry.id) == ["1", "3", "4"])
    #expect(buffer.take(10, now: now).isEmpty)
    buffer.finish(first[1])
    #expect(buffer.take(10, now: now).map(\.entry.id) == ["5"])
    buffer.finish(first[0])
    #expect(buffer.take(1, now: now).map(\.entry.id) == ["2"])
    #expect(buffer.ids == ["2", "4", "5"])
  }

  @Test func aFailureGoesBeforeTheOthersOfItsKey() throws {
    var buffer = StreamBuffer()
    for (id, key) in [("1", "a"), ("2", "a"), ("3", "b")] { buffer.add(entry(id), key: key) }
    let now = ContinuousClock.now
    var items = buffer.take(10, now: now)
    items[0].failures = 1
    buffer.retry(items[0], at: now + .seconds(5))
    buffer.finish(items[1])
    #expect(buffer.take(10, now: now).isEmpty)
    #expect(buffer.nextDue == now + .seconds(5))
    let again = buffer.take(10, now: now + .seconds(5))
    #expect(again.map(\.entry.id) == ["1"])
    #expect(again.first?.failures == 1)
    #expect(buffer.nextDue == nil)
  }

  @Test func ignoresWhatItHasAlready() {
    var buffer = StreamBuffer()
    buffer.add(entry("1"), key: "a")
    buffer.add(entry("1"), key: "a")
    #expect(buffer.count == 1)
    let items = buffer.take(5, now: .now)
    #expect(items.count == 1)
    buffer.add(entry("1"), key: "a")
    buffer.finish(items[0])
    #expect(buffer.count == 0)
    #expect(buffer.take(5, now: .now).isEmpty)
  }
}
