import DispatchCore
import Testing

@Suite("Ride states")
struct RideStateTests {
  /// The design's table: everything that is not here is illegal.
  private static let table: [RideState: [RideAction: RideState]] = [
    .requested: [.offer: .offered, .expire: .expired, .cancelByRider: .cancelledByRider, .fail: .failed],
    .offered: [
      .accept: .accepted, .decline: .requested, .lapseOffer: .requested, .withdrawOffer: .requested,
      .cancelByRider: .cancelledByRider, .fail: .failed,
    ],
    .accepted: [.arrive: .arrived, .cancelByRider: .cancelledByRider, .cancelByDriver: .requested, .fail: .failed],
    .arrived: [
      .start: .started, .cancelByRider: .cancelledByRider, .cancelByDriver: .requested, .reportNoShow: .noShow,
      .fail: .failed,
    ],
    .started: [.complete: .completed, .cancelByDriver: .cancelledByDriver, .fail: .failed],
    .completed: [.settle: .settled, .fail: .failed],
    .settled: [:], .expired: [:], .cancelledByRider: [:], .cancelledByDriver: [:], .noShow: [:], .failed: [:],
  ]

  @Test("Every action in every state leads where the table says, or nowhere", arguments: RideState.allCases)
  func transitions(state: RideState) throws {
    let row = try #require(Self.table[state])
    for action in RideAction.allCases {
      #expect(state.after(action) == row[action], "\(state) \(action)")
    }
  }

  @Test("Final states are those without a way out")
  func finalStates() throws {
    for state in RideState.allCases {
      let row = try #require(Self.table[state])
      #expect(state.isFinal == row.isEmpty, "\(state)")
    }
  }

  @Test("Every state can be reached from requested, and a final one from every state")
  func reachable() {
    func reach(from start: RideState) -> Set<RideState> {
      var seen: Set<RideState> = [start]
      var todo = [start]
      while let state = todo.popLast() {
        for next in RideAction.allCases.compactMap({ state.after($0) }) where seen.insert(next).inserted {
          todo.append(next)
        }
      }
      return seen
    }
    #expect(reach(from: .requested) == Set(RideState.allCases))
    for state in RideState.allCases { #expect(reach(from: state).contains { $0.isFinal }, "\(state)") }
  }

  @Test("A driver is bound from acceptance until the rider is dropped off; a rider is busy until then")
  func bound() {
    #expect(RideState.allCases.filter(\.hasActiveDriver) == [.accepted, .arrived, .started])
    #expect(RideState.allCases.filter(\.isActiveForRider) == [.requested, .offered, .accepted, .arrived, .started])
  }
}
