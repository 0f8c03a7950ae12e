import DispatchAPI
import FunctionKit

/// Which version is to be used, and for how much.
struct ModelChoice: Sendable {
  var number: Int
  var sharePercent: Int

  /// Reads `{"version": 7, "sharePercent": 20}`; without a share it is all of it.
  init(_ event: Event) throws(FunctionError) {
    let body = try RequestBody(event)
    guard let number = try body.optionalInteger("version", in: 1...Int64(Int32.max)) else {
      throw FunctionError(.badInput, code: "missingField", "Expected version: a version's number.", field: "version")
    }
    self.number = Int(number)
    sharePercent = Int(try body.optionalInteger("sharePercent", in: 0...100) ?? 100)
  }
}
