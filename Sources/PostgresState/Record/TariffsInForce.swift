internal import DispatchCore
internal import Synchronization

/// The tariffs of each region and class as they were read a moment ago: a price is asked for with every quote, a version added now and then.
///
/// Versions never change, so all that can be missing is one that another process added within `freshness`.
final class TariffsInForce: Sendable {
  /// Whose versions they are.
  struct Key: Hashable, Sendable {
    var region: RegionID
    var vehicleClass: VehicleClass
  }

  private struct Versions {
    var all: [Tariff]
    var readAt: ContinuousClock.Instant
  }

  /// For how long what was read is used, in real time.
  static let freshness = Duration.seconds(1)
  /// How many regions and classes are remembered; beyond it all are forgotten, which costs a read each.
  static let limit = 1_000

  private struct State {
    var known: [Key: Versions] = [:]
    var additions = 0
  }

  private let state = Mutex(State())

  /// The versions that were read a moment ago; nil where they must be read again.
  func versions(_ key: Key) -> [Tariff]? {
    guard let versions = state.withLock({ $0.known[key] }), versions.readAt + Self.freshness > .now else { return nil }
    return versions.all
  }

  /// How many versions were added here; to be asked for before reading.
  var additions: Int { state.withLock { $0.additions } }

  /// Remembers the versions that were read, unless one was added here meanwhile.
  /// - Parameters:
  ///   - all: all of them.
  ///   - key: whose.
  ///   - additions: what `additions` was before reading.
  ///   - start: when the reading began.
  func remember(_ all: [Tariff], of key: Key, after additions: Int, asOf start: ContinuousClock.Instant) {
    state.withLock { state in
      guard state.additions == additions else { return }
      if state.known.count >= Self.limit { state.known.removeAll() }
      state.known[key] = Versions(all: all, readAt: start)
    }
  }

  /// Forgets everything: a version was added here.
  func forget() {
    state.withLock { state in
      state.additions += 1
      state.known.removeAll()
    }
  }

  /// Of versions, the one in force at a moment: the latest to come into force, then the highest id.
  static func inForce(_ versions: [Tariff], at time: Timestamp) -> Tariff? {
    versions.filter { $0.isValid(at: time) }.max { ($0.validFrom, $0.id) < ($1.validFrom, $1.id) }
  }
}
