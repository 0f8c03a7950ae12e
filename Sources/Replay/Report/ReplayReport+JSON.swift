import NIOCore

extension ReplayReport {
  /// The report as one JSON object, members always in the same order.
  package var json: String {
    var writer = JSONBuffer(capacity: 4_096)
    writer.beginObject()
    writer.member("run", run)
    writer.member("requests", requests)
    writer.member("served", served)
    writer.member("expired", expired)
    writer.member("cancelled", cancelled)
    writer.member("unreached", unreached)
    writer.member("refused", refused)
    writer.member("failed", failed)
    writer.member("unsettled", unsettled)
    writer.member("unfinished", unfinished)
    writer.member("serviceRate", serviceRate)
    writer.name("waitSeconds")
    writer.beginObject()
    writer.member("mean", waitSeconds.mean)
    writer.member("median", waitSeconds.median)
    writer.member("p90", waitSeconds.p90)
    writer.endObject()
    writer.member("emptyShare", emptyShare)
    writer.name("distanceMeters")
    writer.beginObject()
    writer.member("pickup", distanceMeters.pickup)
    writer.member("reposition", distanceMeters.reposition)
    writer.member("ride", distanceMeters.ride)
    writer.endObject()
    writer.member("pickupDistanceMeters", pickupDistanceMeters)
    writer.member("drivers", drivers)
    writer.name("offers")
    writer.beginObject()
    writer.member("received", offers.received)
    writer.member("accepted", offers.accepted)
    writer.member("declined", offers.declined)
    writer.member("lost", offers.lost)
    writer.endObject()
    writer.member("repositions", repositions)
    writer.write(http)
    writer.write(pings)
    writer.name("revenue")
    writer.beginObject()
    writer.member("minorUnits", Int(revenue.minorUnits))
    writer.member("currency", revenue.currency)
    writer.endObject()
    writer.member("errorsByCode", errorsByCode)
    writer.member("refusalsByCode", refusalsByCode)
    writer.write(recoveries)
    writer.member("speed", speed)
    writer.member("citySeconds", citySeconds)
    writer.member("wallSeconds", wallSeconds)
    writer.name("interrupted")
    writer.value(interrupted)
    writer.member("notes", notes)
    writer.endObject()
    return String(buffer: writer.buffer)
  }
}

extension JSONBuffer {
  package mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    self.value(value)
  }

  package mutating func member(_ name: StaticString, _ value: Int) {
    self.name(name)
    self.value(value)
  }

  package mutating func member(_ name: StaticString, _ value: Double) {
    self.name(name)
    self.value(value)
  }

  package mutating func member(_ name: StaticString, _ values: [String]) {
    self.name(name)
    beginArray()
    for value in values { self.value(value) }
    endArray()
  }

  package mutating func member(_ name: StaticString, _ counts: [String: Int]) {
    self.name(name)
    beginObject()
    for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
      self.name(key)
      value(count)
    }
    endObject()
  }

  mutating func write(_ http: ReplayReport.HTTP) {
    name("http")
    beginObject()
    member("requests", http.requests)
    member("errors", http.errors)
    name("latencyMilliseconds")
    beginObject()
    member("p50", http.latencyMilliseconds.p50)
    member("p99", http.latencyMilliseconds.p99)
    member("max", http.latencyMilliseconds.max)
    endObject()
    endObject()
  }

  mutating func write(_ pings: ReplayReport.Pings) {
    name("pings")
    beginObject()
    member("sent", pings.sent)
    member("accepted", pings.accepted)
    member("superseded", pings.superseded)
    member("rejected", pings.rejected)
    member("lost", pings.lost)
    member("skipped", pings.skipped)
    member("perSecond", pings.perSecond)
    endObject()
  }

  mutating func write(_ recoveries: [ReplayReport.Recovery]) {
    name("recoveries")
    beginArray()
    for recovery in recoveries {
      beginObject()
      member("cause", recovery.cause)
      member("atSeconds", recovery.atSeconds)
      member("seconds", recovery.seconds)
      member("clearedSeconds", recovery.clearedSeconds)
      member("failures", recovery.failures)
      name("isRecovered")
      value(recovery.isRecovered)
      endObject()
    }
    endArray()
  }
}
