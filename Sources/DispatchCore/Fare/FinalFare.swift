internal import HexGrid

/// What a completed ride costs: what was quoted, unless the ride changed beyond what its tariff allows.
package struct FinalFare: Sendable, Hashable {
  /// What the rider pays.
  package var charge: FareBreakdown
  /// Why it is not what was quoted; empty where it is.
  package var changes: [String]

  /// Computes it.
  ///
  /// Tariff and surge are the quote's, whatever is in force by now.
  /// - Parameters:
  ///   - ride: a completed ride.
  ///   - quote: what it was made from.
  ///   - tariff: the quote's tariff.
  ///   - meter: what a taximeter read from the ride's positions; nil where there are too few.
  package init(_ ride: Ride, quote: Quote, tariff: Tariff, meter: Taximeter.Report? = nil) {
    var trip = FareTrip(
      from: quote.pickup, to: quote.dropoff, at: quote.createdAt, meters: quote.distanceMeters,
      seconds: quote.durationSeconds)
    trip.surgeTenths = quote.surgeTenths
    trip.promotion = quote.promotion
    var changes: [String] = []
    let report = ride.report
    if let end = report?.end {
      let moved = end.distanceMeters(to: quote.dropoff).rounded()
      if let meters = Int64(exactly: moved), meters > tariff.changes.destinationMeters {
        changes.append("destination moved by \(meters) m, limit \(tariff.changes.destinationMeters) m")
        trip.dropoff = FarePlace(point: end)
      }
    }
    if let stops = report?.stops, stops > tariff.changes.freeStops {
      changes.append("\(stops) stops, \(tariff.changes.freeStops) free")
      trip.stops = stops
    }
    // A longer way to where it was to go is the driver's or the prediction's doing, and is not the rider's to pay.
    if !changes.isEmpty { Self.takeActual(ride, into: &trip) }
    if let rule = tariff.meter, rule.isCharged, let meter {
      changes.append("metered")
      trip.reading = meter.reading
      trip.micrometers = meter.micrometers
      trip.milliseconds = meter.milliseconds
    }
    if let rule = tariff.waiting, let arrived = ride.arrivedAt, let started = ride.startedAt {
      let waited = started.milliseconds(since: arrived)
      if waited > rule.freeMilliseconds {
        changes.append(
          "waited \(FareUnits.text(milliseconds: waited)), \(FareUnits.text(milliseconds: rule.freeMilliseconds)) free")
        trip.waitingMilliseconds = waited
      }
    }
    if let tolls = report?.tollMinorUnits, tolls != quote.breakdown.sum(.toll) {
      changes.append("tolls as paid")
      trip.tollMinorUnits = tolls
    }
    self.changes = changes
    charge = changes.isEmpty ? quote.breakdown : FareCalculator.fare(tariff, trip)
    if let first = charge.lines.first, !changes.isEmpty {
      charge.lines[0] = first
      charge.lines[0].inputs += changes.map { FareBreakdown.Input("changed", $0) }
    }
  }

  private static func takeActual(_ ride: Ride, into trip: inout FareTrip) {
    if let meters = ride.distanceMeters {
      trip.micrometers = Int64(min(max(meters, 0), 2_000_000)) * 1_000_000
    }
    if let started = ride.startedAt, let completed = ride.completedAt {
      trip.milliseconds = min(max(completed.milliseconds(since: started), 0), FareUnits.maximumMilliseconds)
    }
  }

  /// What a driver gets at least for a ride, in minor units: by what was driven, as far as it is known.
  package static func floorMinorUnits(
    _ ride: Ride, quote: Quote, tariff: Tariff, meter: Taximeter.Report? = nil
  ) -> Int64 {
    guard let rule = tariff.driverPay else { return 0 }
    let meters = Int64(min(max(ride.distanceMeters ?? quote.distanceMeters, 0), 2_000_000))
    var milliseconds = Int64(min(max(quote.durationSeconds, 0), 7 * 86_400)) * 1_000
    if let started = ride.startedAt, let completed = ride.completedAt {
      milliseconds = completed.milliseconds(since: started)
    }
    return rule.floorMinorUnits(
      micrometers: meter?.micrometers ?? meters * 1_000_000, milliseconds: milliseconds, currency: tariff.currency,
      rounding: tariff.rounding)
  }
}

extension Quote {
  /// The code of the promotion in it.
  package var promotion: String? {
    breakdown.lines.first { $0.kind == .promotion }?.inputs.first { $0.name == "code" }?.value
  }
}
