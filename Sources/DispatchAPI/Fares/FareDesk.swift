package import DispatchCore
package import DispatchState
import FunctionKit

/// What a ride cost, as it is told and as it is changed afterwards.
package struct FareDesk: Sendable {
  /// All that is known of the money of a ride.
  package struct Fare: Sendable {
    package var ride: Ride
    package var settlement: Settlement
    /// All entries, corrections included.
    package var entries: [LedgerEntry]

    /// What the rider paid after all corrections, in minor units.
    package var paidMinorUnits: Int64 {
      entries.flatMap(\.postings).reduce(0) { $1.account == .rider(ride.rider) ? $0 + $1.minorUnits : $0 }
    }
  }

  /// What became of an adjustment.
  package struct Adjusted: Sendable {
    package var entries: [LedgerEntry]
    /// Whether it had been made before.
    package var wasKnown: Bool
  }

  private let rides: any RideStore
  private let ledger: any FareLedger

  package init(rides: any RideStore, ledger: any FareLedger) {
    self.rides = rides
    self.ledger = ledger
  }

  /// What a ride cost.
  /// - Throws: `FunctionError` with the code `unknownRide` or `notSettled`.
  package func fare(of id: RideID) async throws -> Fare {
    guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
    guard let settlement = try await rides.settlement(of: id) else {
      throw FunctionError(.conflict, code: "notSettled", "Ride \(id) is \(ride.state.rawValue); nothing was charged.")
    }
    return Fare(ride: ride, settlement: settlement, entries: try await ledger.entries(of: id))
  }

  /// Reads an adjustment from JSON and books it, once per key.
  /// - Parameters:
  ///   - id: the ride.
  ///   - body: `kind`, `key`, `minorUnits` and `reason`.
  ///   - key: stands in for a missing `key`.
  ///   - time: when it is booked; nil takes the end of the ride, so that retries and any order give the same.
  package func adjust(_ id: RideID, _ body: RequestBody, key: String?, at time: Timestamp? = nil) async throws
    -> Adjusted
  {
    let kinds = LedgerAdjustment.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    guard let kind = try body.optionalText("kind").flatMap({ LedgerAdjustment.Kind(rawValue: $0) }) else {
      throw FunctionError(.badInput, code: "unknownKind", "Expected kind to be one of \(kinds).", field: "kind")
    }
    let given = try body.optionalID("key", as: RideID.self)?.text
    guard let key = given ?? key ?? (kind == .dispute ? "dispute" : nil), RideID(key) != nil else {
      throw FunctionError(
        .badInput, code: "missingField", "Expected key: what tells this adjustment from others.", field: "key")
    }
    let reason = try body.optionalText("reason")
    if let reason, reason.utf8.count > 500 || reason.utf8.contains(0) {
      throw FunctionError(.badInput, code: "tooLong", "Expected reason to be at most 500 bytes.", field: "reason")
    }
    let amount = try body.optionalInteger("minorUnits", in: 1...1_000_000_000) ?? 0
    return try await adjust(id, kind: kind, key: key, minorUnits: amount, reason: reason, at: time)
  }

  /// Books an adjustment, once per key.
  package func adjust(
    _ id: RideID, kind: LedgerAdjustment.Kind, key: String, minorUnits: Int64, reason: String?, at time: Timestamp?
  ) async throws -> Adjusted {
    let fare = try await fare(of: id)
    guard let driver = fare.ride.driver else {
      throw FunctionError(.unprocessable, code: "cannotAdjust", "Ride \(id) has no driver.")
    }
    let adjustment = LedgerAdjustment(
      ride: id, kind: kind, key: key, minorUnits: minorUnits, reason: reason,
      time: time ?? fare.ride.endedAt ?? fare.ride.requestedAt)
    let entries: [LedgerEntry]
    do throws(LedgerAdjustment.Refusal) {
      entries = try adjustment.entries(rider: fare.ride.rider, driver: driver, settlement: fare.settlement)
    } catch {
      throw Self.answer(error)
    }
    let added = try await ledger.post(entries, settling: nil)
    return Adjusted(entries: entries, wasKnown: added == 0)
  }

  private static func answer(_ refusal: LedgerAdjustment.Refusal) -> FunctionError {
    switch refusal {
    case .notPositive:
      FunctionError(.unprocessable, code: "outOfRange", "Expected minorUnits to be positive.", field: "minorUnits")
    case .overCharge(let charged):
      FunctionError(
        .unprocessable, code: "overCharge", "At most the charge of \(charged) can be given back.", field: "minorUnits")
    case .nothingToAdjust:
      FunctionError(.unprocessable, code: "cannotAdjust", "The ride has no charge and payout to undo.")
    }
  }
}
