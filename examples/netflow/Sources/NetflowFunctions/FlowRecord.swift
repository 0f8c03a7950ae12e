import Foundation
import FunctionKit

/// What a router exports of one flow, in the fields of NetFlow that matter here.
public struct FlowRecord: Codable, Sendable, Equatable {
  /// The router.
  public var device: String
  /// Bytes that the flow moved.
  public var bytes: Int64
  /// When it ended, in seconds since 1970.
  public var endSeconds: Int64
  /// What the device's links carry altogether, in bits per second; known from the inventory, where it is known.
  public var capacityBitsPerSecond: Int64?

  /// Creates a record.
  public init(device: String, bytes: Int64, endSeconds: Int64, capacityBitsPerSecond: Int64? = nil) {
    self.device = device
    self.bytes = bytes
    self.endSeconds = endSeconds
    self.capacityBitsPerSecond = capacityBitsPerSecond
  }

  /// Reads the body of an event: one record or an array.
  /// - Throws: `FunctionError` of kind `badInput`.
  public static func read(_ body: [UInt8]) throws -> [FlowRecord] {
    let data = Data(body)
    let records: [FlowRecord]
    do {
      if body.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
        records = try JSONDecoder().decode([FlowRecord].self, from: data)
      } else {
        records = [try JSONDecoder().decode(FlowRecord.self, from: data)]
      }
    } catch {
      throw FunctionError(.badInput, code: "malformedFlow", "expected flow records: \(error)")
    }
    for (index, record) in records.enumerated() {
      guard (1...64).contains(record.device.utf8.count), record.bytes >= 0, record.bytes < 1 << 50,
        record.endSeconds >= 0, record.endSeconds < 1 << 40, (record.capacityBitsPerSecond ?? 1) > 0
      else {
        throw FunctionError(.unprocessable, code: "flowOutOfRange", "a value is out of range", field: "[\(index)]")
      }
    }
    return records
  }
}
