package import DispatchCore
package import FunctionKit

/// Versions of models.
extension JSONWriter {
  /// Writes a version with what it is to its region.
  package mutating func modelVersion(_ version: ModelVersion, _ state: ModelUse.State) {
    object { json in
      json.member("version", version.number)
      json.member("state", state.rawValue)
      json.member("origin", version.origin.rawValue)
      json.member("madeAt", time: version.madeAt)
      json.member("trainedFrom", time: version.trainedFrom)
      json.member("trainedTo", time: version.trainedTo)
      json.member("requests", version.requests)
      json.member("checksum", Self.hexadecimal(version.checksum))
      json.member("bytes", version.bytes)
    }
  }

  /// Writes which versions are in use.
  package mutating func modelUse(_ use: ModelUse) {
    object { json in json.members(use) }
  }

  /// Writes the versions of a region and which are in use.
  package mutating func modelList(_ list: ModelList) {
    object { json in
      json.members(list.use)
      json.key("versions")
      json.array { json in
        for version in list.versions { json.modelVersion(version, list.use.state(of: version.number)) }
      }
    }
  }

  private mutating func members(_ use: ModelUse) {
    member("region", use.region.text)
    member("live", use.live)
    member("former", use.former)
    member("candidate", use.candidate)
    member("candidateSharePercent", use.candidateSharePercent)
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
