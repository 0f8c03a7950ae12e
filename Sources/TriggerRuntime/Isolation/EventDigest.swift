import FunctionKit

/// A number that is the same for an event and its copies, and for requests that say the same.
///
/// Requests have an id of their own each, so what they say is what counts; events without a body, such as ticks, are told apart by
/// their ids.
enum EventDigest {
  /// The digest of an event for a function; never 0.
  static func of(_ event: Event, function: String) -> UInt64 {
    var digest = Digest()
    digest.add(function)
    digest.add(event.type)
    digest.add(event.subject ?? "")
    if let request = event.request {
      digest.add(request.method)
      digest.add(request.path)
    }
    if event.body.isEmpty, event.request == nil {
      digest.add(event.source)
      digest.add(event.id)
    } else {
      event.body.withUnsafeBytes { digest.add($0) }
    }
    return digest.value
  }

  /// The digest of what an event says, its source, id and time aside; never 0.
  static func payload(of event: Event) -> UInt64 {
    var digest = Digest()
    digest.add(event.type)
    digest.add(event.subject ?? "")
    digest.add(event.dataContentType ?? "")
    event.body.withUnsafeBytes { digest.add($0) }
    return digest.value
  }

  /// Folds bytes eight at a time: a checksum against mix-ups, not against forgers, who could only have their own requests refused.
  private struct Digest {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ text: String) {
      var text = text
      text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      var offset = 0
      while offset + 8 <= bytes.count {
        fold(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      var rest: UInt64 = 0
      while offset < bytes.count {
        rest = rest << 8 | UInt64(bytes[offset])
        offset += 1
      }
      fold(rest)
      fold(UInt64(bytes.count))
    }

    private mutating func fold(_ word: UInt64) {
      let (high, low) = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
      state = high ^ low &+ 0xA076_1D64_78BD_642F
    }

    var value: UInt64 { state == 0 ? 1 : state }
  }
}
