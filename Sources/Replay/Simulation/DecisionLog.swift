import DispatchCore

/// Every offer, answer, change of state and charge with its city time, in order; and a digest of it.
///
/// One line each: the moment in milliseconds since 1970, what happened, then whom and what it concerns. Equal inputs and seeds
/// give equal bytes.
package struct DecisionLog {
  private var hash = FNV1a()
  private var line: [UInt8] = []
  private var pending: [UInt8] = []
  private let write: (([UInt8]) -> Void)?
  /// How many lines there are.
  package private(set) var lines = 0

  /// The most that is kept before it is written.
  private static let chunk = 1 << 16

  /// Creates a log.
  /// - Parameter write: takes the log piece by piece; nil keeps the digest only.
  package init(write: (([UInt8]) -> Void)? = nil) {
    self.write = write
  }

  /// The 64-bit FNV-1a hash of the log so far, as 16 hexadecimal digits.
  package var digest: String {
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Adds a line.
  mutating func note(
    _ milliseconds: Int64, _ what: StaticString, _ first: String, _ second: String = "", _ rest: String = ""
  ) {
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: String(milliseconds).utf8)
    line.append(UInt8(ascii: " "))
    line.append(contentsOf: UnsafeBufferPointer(start: what.utf8Start, count: what.utf8CodeUnitCount))
    for field in [first, second, rest] where !field.isEmpty {
      line.append(UInt8(ascii: " "))
      line.append(contentsOf: field.utf8)
    }
    line.append(UInt8(ascii: "\n"))
    hash.combine(line)
    lines += 1
    guard let write else { return }
    pending.append(contentsOf: line)
    if pending.count >= Self.chunk {
      write(pending)
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// Writes what is left.
  mutating func finish() {
    guard !pending.isEmpty else { return }
    write?(pending)
    pending = []
  }
}
