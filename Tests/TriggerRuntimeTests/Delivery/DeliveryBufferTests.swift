import FunctionKit
import Testing

@testable import TriggerRuntime

struct DeliveryBufferTests {
  private func entry(_ id: String) -> Delivery {
    Delivery(id: id, event: Event(id: id, source: "/s", type: "t"))
  }

  @Test func handsOutOnePerKeyInOrder() {
    var buffer = DeliveryBuffer()
    for (id, key) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c"), ("5", "b")] { buffer.add(entry(id), key: key) }
    let now = ContinuousClock.now
    let first = buffer.take(10, now: now)
    #expect(first.map(\.delivery.id) == ["1", "3", "4"])
    #expect(buffer.take(10, now: now).isEmpty)
    buffer.finish(first[1])
    #expect(buffer.take(10, now: now).map(\.delivery.id) == ["5"])
    buffer.finish(first[0])
    #expect(buffer.take(1, now: now).map(\.delivery.id) == ["2"])
    #expect(buffer.ids == ["2", "4", "5"])
  }

  @Test func aFailureGoesBeforeTheOthersOfItsKey() throws {
    var buffer = DeliveryBuffer()
    for (id, key) in [("1", "a"), ("2", "a"), ("3", "b")] { buffer.add(entry(id), key: key) }
    let now = ContinuousClock.now
    var items = buffer.take(10, now: now)
    items[0].failures = 1
    buffer.retry(items[0], at: now + .seconds(5))
    buffer.finish(items[1])
    #expect(buffer.take(10, now: now).isEmpty)
    #expect(buffer.nextDue == now + .seconds(5))
    let again = buffer.take(10, now: now + .seconds(5))
    #expect(again.map(\.delivery.id) == ["1"])
    #expect(again.first?.failures == 1)
    #expect(buffer.nextDue == nil)
  }

  @Test func ignoresWhatItHasAlready() {
    var buffer = DeliveryBuffer()
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

  @Test func aSuspectIsTakenAlone() throws {
    var buffer = DeliveryBuffer()
    for id in ["1", "2", "3"] { buffer.add(entry(id), key: id) }
    let now = ContinuousClock.now
    var items = buffer.take(3, now: now)
    items[0].isSuspect = true
    for item in items { buffer.retry(item, at: now) }
    #expect(buffer.take(3, now: now).map(\.delivery.id) == ["1"])
    #expect(buffer.take(3, now: now).map(\.delivery.id) == ["2", "3"])
  }
}
