package import DispatchCore
import DispatchState
package import FunctionKit
package import HexGrid

/// The JSON forms of the domain, as docs/http.md describes them.
extension JSONWriter {
  /// Writes a moment, or null.
  package mutating func member(_ name: StaticString, time: Timestamp?) {
    member(name, time.map(RFC3339.text))
  }

  /// Writes a position.
  package mutating func member(_ name: StaticString, position: GeoPoint) {
    key(name)
    object { json in
      json.member("latitude", position.latitude)
      json.member("longitude", position.longitude)
    }
  }

  /// Writes an amount.
  package mutating func member(_ name: StaticString, money: Money) {
    key(name)
    object { json in
      json.member("minorUnits", money.minorUnits)
      json.member("currency", money.currency.code)
    }
  }

  /// Writes the lines of a fare.
  package mutating func member(_ name: StaticString, lines: [FareBreakdown.Line]) {
    key(name)
    array { json in
      for line in lines {
        json.object { json in
          json.member("name", line.name)
          json.member("minorUnits", line.minorUnits)
          json.member("kind", line.kind.rawValue)
          json.member("rule", line.rule)
          json.key("inputs")
          json.array { json in
            for input in line.inputs {
              json.object { json in
                json.member("name", input.name)
                json.member("value", input.value)
              }
            }
          }
        }
      }
    }
  }

  /// Writes a ride.
  package mutating func ride(_ ride: Ride) {
    object { json in
      json.member("rideId", ride.id.text)
      json.member("state", ride.state.rawValue)
      json.member("version", ride.version)
      json.member("rider", ride.rider.text)
      json.member("driver", ride.state == .requested ? nil : ride.driver?.text)
      json.member("region", ride.region.text)
      json.member("vehicleClass", ride.vehicleClass.name)
      json.member("pickup", position: ride.pickup)
      json.member("dropoff", position: ride.dropoff)
      json.member("fare", money: ride.fare)
      json.member("quoteId", ride.quote.text)
      json.member("requestedAt", time: ride.requestedAt)
      json.member("expiresAt", time: ride.expiresAt)
      json.member("acceptedAt", time: ride.acceptedAt)
      json.member("arrivedAt", time: ride.arrivedAt)
      json.member("startedAt", time: ride.startedAt)
      json.member("completedAt", time: ride.completedAt)
      json.member("endedAt", time: ride.endedAt)
      json.member("pickupETASeconds", ride.pickupETASeconds)
      json.member("distanceMeters", ride.distanceMeters)
    }
  }

  /// Writes an offer with what the driver needs to decide.
  package mutating func offer(_ offer: Offer, of ride: Ride) {
    object { json in
      json.member("offerId", offer.id.text)
      json.member("rideId", ride.id.text)
      json.member("driver", offer.driver.text)
      json.member("pickup", position: ride.pickup)
      json.member("dropoff", position: ride.dropoff)
      json.member("pickupETASeconds", offer.pickupETASeconds)
      json.member("pickupDistanceMeters", offer.pickupDistanceMeters)
      json.member("offeredAt", time: offer.offeredAt)
      json.member("expiresAt", time: offer.expiresAt)
      json.member("fare", money: ride.fare)
    }
  }

  /// Writes a quote.
  package mutating func quote(_ quote: Quote) {
    object { json in
      json.member("quoteId", quote.id.text)
      json.member("rider", quote.rider.text)
      json.member("region", quote.region.text)
      json.member("vehicleClass", quote.vehicleClass.name)
      json.member("pickup", position: quote.pickup)
      json.member("dropoff", position: quote.dropoff)
      json.member("fare", money: quote.breakdown.total)
      json.member("lines", lines: quote.breakdown.lines)
      json.member("distanceMeters", quote.distanceMeters)
      json.member("durationSeconds", quote.durationSeconds)
      json.member("surge", Double(quote.surgeTenths) / 10)
      json.member("surgeVersion", quote.surgeVersion.map { Int($0) })
      json.member("tariff", quote.tariff.text)
      json.member("createdAt", time: quote.createdAt)
      json.member("expiresAt", time: quote.expiresAt)
    }
  }

  /// Writes what a driver is doing.
  package mutating func status(_ status: DriverStatus) {
    object { json in
      json.member("driver", status.driver.text)
      json.member("status", status.activity == .offline ? "offline" : "online")
      json.member("activity", status.activity.name)
      json.member("vehicleClass", status.vehicleClass.name)
      json.member("region", status.region.text)
      json.member("since", time: status.since)
    }
  }
}
