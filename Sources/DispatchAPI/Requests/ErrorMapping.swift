package import DispatchCore
package import DispatchState
package import FunctionKit

/// Failures of the domain and the stores as a caller sees them.
package enum ErrorMapping {
  /// Runs a call to a store, turning its failures into answers.
  package static func store<Value: Sendable>(
    _ body: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch let error as StateError {
      throw answer(error)
    }
  }

  /// The answer to a failure of a store.
  package static func answer(_ error: StateError) -> FunctionError {
    switch error {
    case .unavailable:
      FunctionError(.transient, code: "storeUnavailable", "A store is unavailable for the moment; try again.")
    case .idempotencyKeyReused:
      FunctionError(
        .unprocessable, code: "idempotencyKeyReused", "The Idempotency-Key came before with another body.",
        field: "Idempotency-Key")
    case .quoteAlreadyUsed:
      FunctionError(.conflict, code: "quoteAlreadyUsed", "The quote was turned into a ride before.", field: "quoteId")
    case .riderBusy:
      FunctionError(.conflict, code: "rideUnderway", "The rider has an active ride.", field: "rider")
    case .corrupt:
      FunctionError(.transient, code: "storeCorrupt", "A store holds what cannot be.")
    }
  }

  /// The answer to a step that the ride's lifecycle refuses.
  package static func answer(_ refusal: RideLifecycle.Refusal) -> FunctionError {
    switch refusal {
    case .illegalTransition(let from, let action):
      FunctionError(.conflict, code: "illegalTransition", "A ride that is \(from.rawValue) cannot \(action.rawValue).")
    case .notYours:
      FunctionError(.forbidden, code: "notYours", "The ride or offer belongs to someone else.")
    case .offerExpired:
      FunctionError(.gone, code: "offerExpired", "The offer's time is over.")
    case .offerClosed(let state):
      FunctionError(
        .conflict, code: "offer" + state.rawValue.prefix(1).uppercased() + state.rawValue.dropFirst(),
        "The offer is \(state.rawValue).")
    case .tooEarly(let seconds):
      FunctionError(.conflict, code: "tooEarly", "The rider has \(seconds) s left.")
    case .rideBefore(let ride):
      FunctionError(.conflict, code: "rideUnderway", "The driver must end ride \(ride) first.")
    case .driverElsewhere:
      FunctionError(.transient, code: "busyRide", "The ride changes too often just now; try again.")
    }
  }

  /// A ride that does not exist.
  package static func unknownRide(_ id: RideID) -> FunctionError {
    FunctionError(.notFound, code: "unknownRide", "There is no ride \(id).", field: "id")
  }
}
