/// The frontier of a shortest-path search: a four-ary heap of (distance, node) over memory that it keeps.
///
/// Both solvers use it. Entries are never moved when a distance improves; the improved distance is pushed again and
/// the searcher drops an entry whose distance is no longer the node's. The order of entries with the same distance is
/// a function of the pushes and pops before, hence reproducible.
struct PathQueue<Distance: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable>: ~Copyable {
  struct Entry: BitwiseCopyable {
    var distance: Distance
    var node: Int32
  }

  private var buffer = ScratchBuffer<Entry>()
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private var count = 0

  init() {
    capacity = 64
    entries = buffer.reserve(capacity)
  }

  var isEmpty: Bool { @inline(__always) get { count == 0 } }

  @inline(__always)
  mutating func removeAll() {
    count = 0
  }

  /// The nearest entry without removing it; only when not empty.
  var nearest: Entry { @inline(__always) get { entries[0] } }

  @inline(__always)
  mutating func push(_ distance: Distance, _ node: Int32) {
    if count == capacity { grow() }
    var hole = count
    count &+= 1
    while hole > 0 {
      let parent = (hole &- 1) &>> 2
      let above = entries[parent]
      if above.distance <= distance { break }
      entries[hole] = above
      hole = parent
    }
    entries[hole] = Entry(distance: distance, node: node)
  }

  /// Removes the nearest entry; only when not empty.
  @inline(__always)
  mutating func removeNearest() {
    count &-= 1
    let moved = entries[count]
    var hole = 0
    while true {
      let first = (hole &<< 2) &+ 1
      if first >= count { break }
      var child = first
      var distance = entries[first].distance
      let end = min(first &+ 4, count)
      var other = first &+ 1
      while other < end {
        if entries[other].distance < distance {
          child = other
          distance = entries[other].distance
        }
        other &+= 1
      }
      if distance >= moved.distance { break }
      entries[hole] = entries[child]
      hole = child
    }
    entries[hole] = moved
  }

  @inline(never)
  private mutating func grow() {
    var larger = ScratchBuffer<Entry>()
    let target = larger.reserve(capacity &* 2)
    target.update(from: entries, count: count)
    buffer = larger
    entries = target
    capacity &*= 2
  }
}

// The entries belong to `buffer`, which nothing else can reach.
extension PathQueue: @unchecked Sendable {}
