import CHiredis

/// Builds a ``RedisValue`` from hiredis's callbacks, which come depth first.
final class ReplyBuilder {
  private struct OpenArray {
    var missing: Int
    var elements: [RedisValue]
  }

  private var open: [OpenArray] = []
  private var finished: RedisValue?

  /// The reply that was completed last.
  func take() -> RedisValue? {
    defer { finished = nil }
    return finished
  }

  private func add(_ value: RedisValue) {
    var value = value
    while var array = open.popLast() {
      array.elements.append(value)
      array.missing -= 1
      guard array.missing == 0 else {
        open.append(array)
        return
      }
      value = .array(array.elements)
    }
    finished = value
  }

  private func addArray(count: Int) {
    guard count > 0 else { return add(.array([])) }
    var elements: [RedisValue] = []
    // The count is the sender's claim: believe it only so far.
    elements.reserveCapacity(min(count, 1024))
    open.append(OpenArray(missing: count, elements: elements))
  }

  private func addString(type: Int32, _ bytes: UnsafeRawBufferPointer) {
    switch type {
    case REDIS_REPLY_STATUS:
      add(.simple(bytes.elementsEqual([0x4F, 0x4B]) ? "OK" : String(decoding: bytes, as: UTF8.self)))
    case REDIS_REPLY_ERROR: add(.error(RedisError(serverMessage: String(decoding: bytes, as: UTF8.self))))
    default: add(.bytes([UInt8](bytes)))
    }
  }

  /// hiredis only tests its objects for null; the values themselves are kept here.
  private static var token: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 8) }

  private static func builder(_ task: UnsafePointer<redisReadTask>?) -> ReplyBuilder? {
    guard let pointer = task?.pointee.privdata else { return nil }
    return Unmanaged<ReplyBuilder>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// The table of callbacks: written once, read by every reader, never freed.
  nonisolated(unsafe) static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    table.initialize(
      to: redisReplyObjectFunctions(
        createString: { task, start, count in
          guard let task, let builder = builder(task) else { return nil }
          builder.addString(type: task.pointee.type, UnsafeRawBufferPointer(start: start, count: count))
          return token
        },
        createArray: { task, count in
          guard let builder = builder(task) else { return nil }
          builder.addArray(count: Int(count))
          return token
        },
        createInteger: { task, number in
          guard let builder = builder(task) else { return nil }
          builder.add(.integer(Int(number)))
          return token
        },
        createNil: { task in
          guard let builder = builder(task) else { return nil }
          builder.add(.null)
          return token
        },
        freeObject: { _ in }))
    return table
  }()
}
