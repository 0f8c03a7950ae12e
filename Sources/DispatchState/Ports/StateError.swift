/// Why a store did not do what it was asked.
package enum StateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The store cannot be reached or did not answer in time; trying again may help.
  case unavailable(String)
  /// The idempotency key came before with another request.
  case idempotencyKeyReused
  /// The quote was turned into a ride before.
  case quoteAlreadyUsed
  /// The rider has an active ride.
  case riderBusy
  /// What the store holds or answers is not what was written there.
  case corrupt(String)

  package var description: String {
    switch self {
    case .unavailable(let what): "the store is unavailable: \(what)"
    case .idempotencyKeyReused: "the idempotency key was used for another request"
    case .quoteAlreadyUsed: "the quote was used for another ride"
    case .riderBusy: "the rider has an active ride"
    case .corrupt(let what): "the store holds what cannot be: \(what)"
    }
  }
}
