import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// Reads pings in one pass; a bad ping costs only itself.
struct PingReader {
  /// The moment against which times are checked.
  let now: Timestamp
  /// How far times may lie from it.
  let window: EventTimeWindow
  /// Who sends them: a driver may send only their own.
  let caller: Caller

  /// Reads one ping or an array of them in the form that a media type names.
  func read(_ body: [UInt8], as mediaType: String?) throws(FunctionError) -> PingBatch {
    switch try PingFormat(mediaType) {
    case .json: try read(body)
    case .cbor: try readCBOR(body)
    }
  }

  /// Reads one ping or an array of them from JSON.
  /// - Throws: `FunctionError` where the body is no JSON, neither object nor array, or holds too many.
  func read(_ body: [UInt8]) throws(FunctionError) -> PingBatch {
    do {
      return try body.withUnsafeBufferPointer { bytes throws(Failure) in
        do {
          return try readBatch(JSONScanner(bytes))
        } catch let error as JSONError {
          throw Failure.syntax(error)
        } catch let error as FunctionError {
          throw Failure.answer(error)
        } catch {
          throw Failure.answer(FunctionError(.badInput, code: "badPing", "\(error)"))
        }
      }
    } catch {
      switch error {
      case .syntax(let error): throw FunctionError(error)
      case .answer(let error): throw error
      }
    }
  }

  private enum Failure: Error {
    case syntax(JSONError)
    case answer(FunctionError)
  }

  private func readBatch(_ start: JSONScanner) throws -> PingBatch {
    var scanner = start
    var batch = PingBatch()
    switch scanner.peek() {
    case UInt8(ascii: "["):
      var count = 0
      batch.pings.reserveCapacity(100)
      try scanner.takeArray { scanner, index throws(JSONError) in
        count = index + 1
        guard count <= LocationPing.maximumCount else { return try scanner.skipValue() }
        try readPing(&scanner, index: index, isAlone: false, into: &batch)
      }
      guard count <= LocationPing.maximumCount else {
        throw Self.tooMany(count)
      }
    case UInt8(ascii: "{"):
      try readPing(&scanner, index: 0, isAlone: true, into: &batch)
    case nil:
      throw scanner.failure("a ping or an array of pings")
    default:
      try scanner.skipValue()
      try scanner.finish()
      throw FunctionError(.badInput, code: "wrongType", "Expected the body to be a ping or an array of pings.")
    }
    try scanner.finish()
    return batch
  }

  private func readPing(
    _ scanner: inout JSONScanner, index: Int, isAlone: Bool, into batch: inout PingBatch
  ) throws(JSONError) {
    var fields = PingFields()
    if scanner.peek() == UInt8(ascii: "{") {
      try scanner.takeObject { scanner, key throws(JSONError) in try fields.take(key, &scanner) }
    } else {
      try scanner.skipValue()
      fields.flaw = .wrongType("", "an object")
    }
    take(fields, index: index, isAlone: isAlone, into: &batch)
  }

  /// Adds a ping to those that are accepted, or to those that are not.
  func take(_ fields: PingFields, index: Int, isAlone: Bool, into batch: inout PingBatch) {
    do throws(FunctionError) {
      batch.pings.append(try fields.ping(self, index: isAlone ? nil : index))
    } catch {
      batch.rejected.append(PingBatch.Rejected(index: index, error: error))
    }
  }

  static func tooMany(_ count: Int) -> FunctionError {
    FunctionError(
      .badInput, code: "tooManyPings", "Expected at most \(LocationPing.maximumCount) pings, found \(count).")
  }
}
