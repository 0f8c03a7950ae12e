import Testing

@testable import DispatchCore

@Suite("Nearest of many")
struct NearestHeapTests {
  @Test("Keeps what sorting would keep, ties by the lower index", arguments: 0..<60 as Range<UInt64>)
  func likeSort(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let capacity = 1 + random.below(12)
    let spread = [3, 20, 100_000][random.below(3)]
    let distances = (0..<random.below(80)).map { _ in Double(random.below(spread)) }
    var heap = NearestHeap(capacity: capacity)
    for (index, distance) in distances.enumerated() where heap.wants(distance) { heap.insert(distance, index) }
    let expected = distances.enumerated().map { ($0.element, $0.offset) }.sorted { $0 < $1 }.prefix(capacity)
    #expect(heap.sorted().map(\.distance) == expected.map(\.0))
    #expect(heap.sorted().map(\.index) == expected.map(\.1))
  }

  @Test("Inserted in any order, unasked, it still keeps the smallest")
  func anyOrder() {
    var random = SeededRandom(seed: 99)
    for _ in 0..<100 {
      let items = (0..<30).map { (distance: Double(random.below(10)), index: $0) }
      var heap = NearestHeap(capacity: 7)
      for item in items.shuffled(using: &random) { heap.insert(item.distance, item.index) }
      let expected = items.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(7)
      #expect(heap.sorted().map(\.index) == expected.map(\.index))
    }
  }

  @Test("A capacity below one keeps one")
  func tiny() {
    var heap = NearestHeap(capacity: 0)
    for (index, distance) in [5.0, 2, 9].enumerated() where heap.wants(distance) { heap.insert(distance, index) }
    #expect(heap.sorted().map(\.distance) == [2])
  }
}
