import FunctionKit

extension ReplayReport {
  /// The report as one JSON object, members always in the same order.
  package var json: String {
    let bytes = JSONWriter.bytes(capacity: 4_096) { json in
      json.object { json in
        writeRides(into: &json)
        json.write(http)
        json.write(pings)
        json.key("revenue")
        json.object { json in
          json.member("minorUnits", revenue.minorUnits)
          json.member("currency", revenue.currency)
        }
        json.member("errorsByCode", errorsByCode)
        json.member("refusalsByCode", refusalsByCode)
        json.write(recoveries)
        json.member("speed", speed)
        json.member("citySeconds", citySeconds)
        json.member("wallSeconds", wallSeconds)
        json.member("interrupted", interrupted)
        json.member("notes", notes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func writeRides(into json: inout JSONWriter) {
    json.member("run", run)
    json.member("requests", requests)
    json.member("served", served)
    json.member("expired", expired)
    json.member("cancelled", cancelled)
    json.member("unreached", unreached)
    json.member("refused", refused)
    json.member("failed", failed)
    json.member("unsettled", unsettled)
    json.member("unfinished", unfinished)
    json.member("serviceRate", serviceRate)
    json.key("waitSeconds")
    json.object { json in
      json.member("mean", waitSeconds.mean)
      json.member("median", waitSeconds.median)
      json.member("p90", waitSeconds.p90)
    }
    json.member("emptyShare", emptyShare)
    json.key("distanceMeters")
    json.object { json in
      json.member("pickup", distanceMeters.pickup)
      json.member("reposition", distanceMeters.reposition)
      json.member("ride", distanceMeters.ride)
    }
    json.member("pickupDistanceMeters", pickupDistanceMeters)
    json.member("drivers", drivers)
    json.key("offers")
    json.object { json in
      json.member("received", offers.received)
      json.member("accepted", offers.accepted)
      json.member("declined", offers.declined)
      json.member("lost", offers.lost)
      json.member("next", offers.next)
    }
    json.member("repositions", repositions)
  }
}

extension JSONWriter {
  mutating func member(_ name: StaticString, _ texts: [String]) {
    key(name)
    array { json in for text in texts { json.value(text) } }
  }

  mutating func member(_ name: StaticString, _ counts: [String: Int]) {
    key(name)
    object { json in
      for (name, count) in counts.sorted(by: { $0.key < $1.key }) { json.member(dynamic: name, count) }
    }
  }

  mutating func write(_ http: ReplayReport.HTTP) {
    key("http")
    object { json in
      json.member("requests", http.requests)
      json.member("errors", http.errors)
      json.key("latencyMilliseconds")
      json.object { json in
        json.member("p50", http.latencyMilliseconds.p50)
        json.member("p99", http.latencyMilliseconds.p99)
        json.member("max", http.latencyMilliseconds.max)
      }
    }
  }

  mutating func write(_ pings: ReplayReport.Pings) {
    key("pings")
    object { json in
      json.member("sent", pings.sent)
      json.member("accepted", pings.accepted)
      json.member("superseded", pings.superseded)
      json.member("rejected", pings.rejected)
      json.member("lost", pings.lost)
      json.member("skipped", pings.skipped)
      json.member("perSecond", pings.perSecond)
    }
  }

  mutating func write(_ recoveries: [ReplayReport.Recovery]) {
    key("recoveries")
    array { json in
      for recovery in recoveries {
        json.object { json in
          json.member("cause", recovery.cause)
          json.member("atSeconds", recovery.atSeconds)
          json.member("seconds", recovery.seconds)
          json.member("clearedSeconds", recovery.clearedSeconds)
          json.member("failures", recovery.failures)
          json.member("isRecovered", recovery.isRecovered)
        }
      }
    }
  }
}
