import DispatchCore

/// Items of one caller for the fleet's scripts, encoded by the caller itself, so that whoever sends the items of several callers
/// together only copies bytes.
struct FleetItems: Sendable {
  /// Where a driver's name stands among the names.
  struct Name: Sendable {
    /// Tells most names apart.
    var hash: UInt32
    /// Where its argument begins.
    var argumentStart: UInt32
    var idStart: UInt32
    var idEnd: UInt32
  }

  /// The size of an item.
  let itemByteCount: Int
  /// Items one after the other.
  private(set) var packed: [UInt8] = []
  /// The drivers as arguments of a command, one after the other.
  private(set) var arguments: [UInt8] = []
  private(set) var names: [Name] = []

  /// - Parameters:
  ///   - itemByteCount: the size of an item.
  ///   - capacity: how many items to make room for.
  init(itemByteCount: Int, capacity: Int = 0) {
    self.itemByteCount = itemByteCount
    packed.reserveCapacity(capacity * itemByteCount)
    arguments.reserveCapacity(capacity * 20)
    names.reserveCapacity(capacity)
  }

  /// How many items there are.
  var count: Int { names.count }

  /// Adds an item.
  /// - Parameters:
  ///   - driver: whose it is.
  ///   - write: writes it into exactly its size.
  mutating func append(_ driver: DriverID, write: (UnsafeMutableRawBufferPointer) -> Void) {
    var text = driver.text
    text.withUTF8 { appendName($0) }
    withUnsafeTemporaryAllocation(byteCount: itemByteCount, alignment: 8) { space in
      write(space)
      packed.append(contentsOf: space)
    }
  }

  private mutating func appendName(_ id: UnsafeBufferPointer<UInt8>) {
    let start = arguments.count
    withUnsafeTemporaryAllocation(byteCount: id.count + 24, alignment: 1) { space in
      // Ids are 1 to 64 characters.
      space[0] = UInt8(ascii: "$")
      var end = 1
      if id.count >= 10 {
        space[end] = 0x30 &+ UInt8(truncatingIfNeeded: id.count / 10)
        end += 1
      }
      space[end] = 0x30 &+ UInt8(truncatingIfNeeded: id.count % 10)
      space[end + 1] = 0x0D
      space[end + 2] = 0x0A
      end += 3
      let idStart = end
      // FNV-1a; whoever chooses ids that collide slows down one call of bounded size.
      var hash: UInt32 = 0x811C_9DC5
      for byte in id {
        space[end] = byte
        hash = (hash ^ UInt32(byte)) &* 0x0100_0193
        end += 1
      }
      space[end] = 0x0D
      space[end + 1] = 0x0A
      names.append(
        Name(
          hash: hash, argumentStart: UInt32(truncatingIfNeeded: start),
          idStart: UInt32(truncatingIfNeeded: start + idStart), idEnd: UInt32(truncatingIfNeeded: start + end)))
      arguments.append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<(end + 2)]))
    }
  }

  /// The arguments of some items.
  func arguments(of range: Range<Int>) -> ArraySlice<UInt8> {
    let end = range.upperBound < names.count ? Int(names[range.upperBound].argumentStart) : arguments.count
    return range.isEmpty ? [] : arguments[Int(names[range.lowerBound].argumentStart)..<end]
  }

  /// Whether two items are of the same driver.
  func isSameDriver(_ index: Int, as other: FleetItems, _ otherIndex: Int) -> Bool {
    let (mine, theirs) = (names[index], other.names[otherIndex])
    guard mine.hash == theirs.hash, mine.idEnd - mine.idStart == theirs.idEnd - theirs.idStart else { return false }
    return arguments[Int(mine.idStart)..<Int(mine.idEnd)]
      .elementsEqual(other.arguments[Int(theirs.idStart)..<Int(theirs.idEnd)])
  }
}
