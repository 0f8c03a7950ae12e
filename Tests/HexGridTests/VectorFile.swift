#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads the little-endian records of a file in `Vectors`, which `generate.py` there describes.
struct VectorFile {
  private let bytes: [UInt8]
  private var offset = 0

  struct Missing: Error {
    let path: String
  }

  init(_ name: String, besides file: String = #filePath) throws {
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let path = "\(folder)/Vectors/\(name)"
    guard let stream = fopen(path, "rb") else { throw Missing(path: path) }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    self.bytes = bytes
  }

  var isAtEnd: Bool { offset >= bytes.count }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func read<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value {
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    offset += MemoryLayout<Value>.size
    return Value(littleEndian: value)
  }

  mutating func readDouble() -> Double {
    Double(bitPattern: read(UInt64.self))
  }
}

/// The generator that `generate.py` draws random positions from.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + Double(next() >> 11) * 0x1p-53 * (high - low)
  }
}

/// FNV-1a over the bytes of each index in ascending order.
func hash(of cells: some Sequence<UInt64>) -> UInt64 {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for cell in cells.sorted() {
    for shift in stride(from: 0, to: 64, by: 8) {
      value = (value ^ (cell >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
    }
  }
  return value
}

/// Collects what differs from the vectors, so that a broken algorithm reports a few lines instead of thousands.
struct Differences: CustomStringConvertible {
  private(set) var checked = 0
  private(set) var count = 0
  private var examples: [String] = []

  mutating func check(_ isEqual: Bool, _ example: @autoclosure () -> String) {
    checked += 1
    guard !isEqual else { return }
    count += 1
    if examples.count < 5 { examples.append(example()) }
  }

  var description: String { "\(count) of \(checked) differ: \(examples.joined(separator: "; "))" }
}
