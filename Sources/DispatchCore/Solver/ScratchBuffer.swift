/// Memory a solver keeps between calls: it grows when a larger problem arrives and never shrinks, so a warm solver
/// allocates nothing.
///
/// The contents are unspecified after `reserve`; whoever reserves initialises.
struct ScratchBuffer<Element: BitwiseCopyable>: ~Copyable {
  private var storage: UnsafeMutableBufferPointer<Element>

  init() {
    storage = UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  deinit {
    storage.deallocate()
  }

  /// Memory for at least `count` elements; what it held before may be lost.
  mutating func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
    if let base = storage.baseAddress, storage.count >= count {
      return base
    }
    let capacity = max(count, storage.count &* 2, 16)
    storage.deallocate()
    let base = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    storage = UnsafeMutableBufferPointer(start: base, count: capacity)
    return base
  }
}

// The buffer owns its memory alone: it cannot be copied, and nothing else keeps the pointer.
extension ScratchBuffer: @unchecked Sendable {}
