import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

/// Races whose outcome is known: one step happens between what another reads and what it commits.
@Suite("Steps between steps")
struct RaceTests {
  @Test("The rider cancels while the driver accepts: the cancel wins, and the driver is told")
  func cancelDuringAccept() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.rides.beforeNextCommit { try await city.cancel(ride, rider: "r-1") }
    #expect(try await city.accept(offer).summary == "409 offerWithdrawn")
    #expect(try await city.stored(ride).state == .cancelledByRider)
    #expect(try await city.activity("cab-1") == .idle)
    try await city.audit()
  }

  @Test("The driver accepts while the rider cancels: both happen, one after the other")
  func acceptDuringCancel() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.rides.beforeNextCommit { try await city.accept(offer) }
    #expect(try await city.cancel(ride, rider: "r-1")["state"]?.text == "cancelledByRider")
    #expect(try await city.record.offer(offer.id)?.state == .accepted)
    #expect(try await city.activity("cab-1") == .idle)
    try await city.audit()
  }

  @Test("The offer lapses while the driver accepts: gone")
  func lapseDuringAccept() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.rides.beforeNextCommit {
      city.wait(15)
      try await city.expire()
    }
    #expect(try await city.accept(offer).summary == "410 offerExpired")
    #expect(try await city.stored(ride).state == .requested)
    try await city.audit()
  }

  @Test("The driver starts while the rider cancels: too late to cancel")
  func startDuringCancel() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .arrived)
    city.rides.beforeNextCommit { try await city.step("start", ride, "cab-1") }
    #expect(try await city.cancel(ride, rider: "r-1").summary == "409 illegalTransition")
    #expect(try await city.stored(ride).state == .started)
    try await city.audit()
  }

  @Test("The rider cancels while the driver arrives: the step is refused")
  func cancelDuringArrive() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .accepted)
    city.rides.beforeNextCommit { try await city.cancel(ride, rider: "r-1") }
    #expect(try await city.step("arrive", ride, "cab-1").summary == "409 illegalTransition")
    #expect(try await city.stored(ride).arrivedAt == nil)
    try await city.audit()
  }

  @Test("The rider cancels, or the driver leaves, while an offer is made: no offer")
  func duringMatch() async throws {
    for leaves in [false, true] {
      let city = try await City()
      let ride = try await city.ride(in: .requested)
      city.rides.beforeNextCommit {
        if leaves { try await city.offline("cab-1") } else { try await city.cancel(ride, rider: "r-1") }
      }
      try await city.match()
      #expect(try await city.record.openOffer(of: RideID(trusted: ride)) == nil)
      #expect(try await city.activity("cab-1") == (leaves ? .offline : .idle))
      #expect(try await city.stored(ride).state == (leaves ? .requested : .cancelledByRider))
      try await city.audit()
    }
  }

  @Test("The driver accepts while going off shift: the ride is under way")
  func acceptDuringShift() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.rides.beforeNextCommit { try await city.accept(offer) }
    #expect(try await city.offline("cab-1").summary == "409 rideUnderway")
    #expect(try await city.stored(ride).state == .accepted)
    try await city.audit()
  }

  @Test("The sweep settles while the stream does: once")
  func settleTwice() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    city.wait(60)
    city.rides.beforeNextCommit { try await city.sweepFares() }
    #expect(try await city.settle(ride).status == 204)
    #expect(try await city.record.entries(of: RideID(trusted: ride)).count == 2)
    try await city.audit()
  }

  @Test("The same step at the same time: taken once, answered twice")
  func sameStep() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    city.rides.beforeNextCommit { try await city.step("complete", ride, "cab-1") }
    #expect(try await city.step("complete", ride, "cab-1")["state"]?.text == "completed")
    #expect(try await city.stored(ride).version == 6)
    try await city.audit()
  }
}
