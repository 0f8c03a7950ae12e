/// The units in flight, oldest first; removing the first is constant time.
struct UnitQueue {
  private var storage: [PostgresUnit?] = []
  private var head = 0

  var count: Int { storage.count - head }
  var isEmpty: Bool { head == storage.count }
  var first: PostgresUnit? { isEmpty ? nil : storage[head] }
  var units: [PostgresUnit] { storage[head...].compactMap { $0 } }

  mutating func append(_ unit: PostgresUnit) { storage.append(unit) }

  mutating func removeFirst() -> PostgresUnit? {
    guard !isEmpty else { return nil }
    let unit = storage[head]
    storage[head] = nil
    head += 1
    if head == storage.count {
      storage.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64, head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return unit
  }

  mutating func removeAll(where isGone: (PostgresUnit) -> Bool) {
    storage = storage[head...].filter { unit in unit.map { !isGone($0) } ?? false }
    head = 0
  }
}
