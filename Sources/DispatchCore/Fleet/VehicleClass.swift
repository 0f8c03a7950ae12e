/// What kind of car serves a ride.
package enum VehicleClass: UInt8, Sendable, CaseIterable, Hashable {
  case standard = 1
  case large = 2
  case premium = 3
  case accessible = 4

  /// The class by its name in JSON.
  package init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The name in JSON.
  package var name: String {
    switch self {
    case .standard: "standard"
    case .large: "large"
    case .premium: "premium"
    case .accessible: "accessible"
    }
  }
}
