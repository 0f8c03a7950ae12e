package import DispatchCore
package import FunctionKit

extension RegionMap {
  /// The region that a request names.
  /// - Parameters:
  ///   - text: its id.
  ///   - kind: what the error is where there is no such region: bad input, or not found where the path names it.
  package func region(
    named text: String, orElse kind: FunctionError.Kind = .badInput
  ) throws(FunctionError) -> Region {
    guard let region = RegionID(text).flatMap({ region($0) }) else {
      let known = regions.map(\.id.text).joined(separator: ", ")
      throw FunctionError(kind, code: "unknownRegion", "Expected region to be one of \(known).", field: "region")
    }
    return region
  }
}
