/// What a replay came to.
package struct ReplayReport: Codable, Equatable, Sendable {
  /// Seconds from a request to the driver's arrival at the pickup place, of the rides served.
  package struct Wait: Codable, Equatable, Sendable {
    package var mean = 0.0
    package var median = 0.0
    package var p90 = 0.0

    /// Creates the three figures.
    package init(mean: Double = 0, median: Double = 0, p90: Double = 0) {
      self.mean = mean
      self.median = median
      self.p90 = p90
    }
  }

  /// Latencies of the requests answered, event streams aside.
  package struct Latency: Codable, Equatable, Sendable {
    package var p50 = 0.0
    package var p99 = 0.0
    package var max = 0.0
  }

  /// The requests sent, event streams aside.
  package struct HTTP: Codable, Equatable, Sendable {
    package var requests = 0
    /// No answer, a 5xx, or a 4xx that the replay did not provoke; every attempt counts.
    package var errors = 0
    package var latencyMilliseconds = Latency()
  }

  /// The pings sent.
  package struct Pings: Codable, Equatable, Sendable {
    package var sent = 0
    package var accepted = 0
    package var superseded = 0
    package var rejected = 0
    /// In requests that were not answered.
    package var lost = 0
    /// Never sent, because too many requests were under way or the server was away.
    package var skipped = 0
    package var perSecond = 0.0
  }

  /// Fares of the rides settled.
  package struct Revenue: Codable, Equatable, Sendable {
    package var minorUnits: Int64 = 0
    package var currency = ""
  }

  /// Metres driven.
  package struct Distance: Codable, Equatable, Sendable {
    package var pickup = 0.0
    package var reposition = 0.0
    package var ride = 0.0
  }

  /// What drivers did with offers.
  package struct Offers: Codable, Equatable, Sendable {
    package var received = 0
    package var accepted = 0
    package var declined = 0
    /// Withdrawn or expired before the answer counted.
    package var lost = 0
    /// Accepted before the driver's present ride was over.
    package var next = 0
  }

  /// One time when the server failed or was away.
  package struct Recovery: Codable, Equatable, Sendable {
    /// How the first request failed.
    package var cause: String
    /// When that request was sent, in real seconds from the start.
    package var atSeconds: Double
    /// Real seconds until the first of the failed requests succeeded.
    package var seconds: Double
    /// Real seconds until none was failing any more.
    package var clearedSeconds: Double
    /// Attempts that failed.
    package var failures: Int
    /// Whether one of them succeeded in the end; false where all were given up.
    package var isRecovered: Bool

    /// Creates an entry.
    package init(
      cause: String, atSeconds: Double, seconds: Double, clearedSeconds: Double, failures: Int, isRecovered: Bool
    ) {
      self.cause = cause
      self.atSeconds = atSeconds
      self.seconds = seconds
      self.clearedSeconds = clearedSeconds
      self.failures = failures
      self.isRecovered = isRecovered
    }
  }

  package var run = ""
  package var requests = 0
  /// Rides that brought their rider to the destination.
  package var served = 0
  package var expired = 0
  /// Cancelled by riders, or given up before the server could be reached (`unreached`).
  package var cancelled = 0
  package var unreached = 0
  /// Refused by the server.
  package var refused = 0
  /// Cancelled by drivers, no-shows, failures.
  package var failed = 0
  /// Served, but not known to be settled.
  package var unsettled = 0
  /// Without a known final state.
  package var unfinished = 0
  /// `served / requests`.
  package var serviceRate = 0.0
  package var waitSeconds = Wait()
  /// Distance without a passenger over all distance.
  package var emptyShare = 0.0
  package var distanceMeters = Distance()
  /// Mean of the drives to a pickup, those in vain included, over the rides served.
  package var pickupDistanceMeters = 0.0
  package var drivers = 0
  package var offers = Offers()
  package var repositions = 0
  package var http = HTTP()
  package var pings = Pings()
  package var revenue = Revenue()
  package var errorsByCode: [String: Int] = [:]
  /// Answers that deliberately said no.
  package var refusalsByCode: [String: Int] = [:]
  package var recoveries: [Recovery] = []
  /// City seconds per real second.
  package var speed = 0.0
  package var citySeconds = 0.0
  package var wallSeconds = 0.0
  /// Whether somebody ended it early.
  package var interrupted = false
  package var notes: [String] = []

  /// Creates an empty report.
  package init() {}

  /// Creates the part of a report that a world's count gives.
  /// - Parameters:
  ///   - tally: the count.
  ///   - drivers: how many drivers there were.
  package init(tally: WorldTally, drivers: Int) {
    self.drivers = drivers
    requests = tally.requests
    served = tally.served
    expired = tally.expired
    cancelled = tally.cancelled
    unreached = tally.unreached
    refused = tally.refused
    failed = tally.failed
    unsettled = tally.served - tally.settled
    unfinished = tally.open
    serviceRate = requests > 0 ? Double(served) / Double(requests) : 0
    waitSeconds = Wait(
      mean: Statistics.mean(of: tally.waitSeconds) ?? 0, median: Statistics.median(of: tally.waitSeconds) ?? 0,
      p90: Statistics.quantile(0.9, of: tally.waitSeconds) ?? 0)
    distanceMeters = Distance(
      pickup: tally.pickupMeters, reposition: tally.repositionMeters, ride: tally.rideMeters)
    let empty = tally.pickupMeters + tally.repositionMeters
    emptyShare = empty + tally.rideMeters > 0 ? empty / (empty + tally.rideMeters) : 0
    pickupDistanceMeters = served > 0 ? tally.pickupMeters / Double(served) : 0
    offers = Offers(
      received: tally.offers, accepted: tally.accepts, declined: tally.declines, lost: tally.offersLost,
      next: tally.nextRides)
    repositions = tally.repositions
    revenue = Revenue(minorUnits: tally.revenueMinorUnits, currency: tally.currency)
  }
}

extension LatencyHistogram {
  /// The three figures of a report.
  package var report: ReplayReport.Latency {
    ReplayReport.Latency(
      p50: milliseconds(atQuantile: 0.5), p99: milliseconds(atQuantile: 0.99), max: maximumMilliseconds)
  }
}

extension PingCount {
  /// The figures of a report.
  /// - Parameter seconds: real seconds that it took.
  package func report(seconds: Double) -> ReplayReport.Pings {
    ReplayReport.Pings(
      sent: sent, accepted: accepted, superseded: superseded, rejected: rejected, lost: lost, skipped: skipped,
      perSecond: seconds > 0 ? Double(sent) / seconds : 0)
  }
}
