package import DispatchCore
package import FunctionKit

/// The rules that values from outside must keep, each with its error.
package enum InputRules {
  /// Checks an id.
  package static func id<Kind>(_ text: String, field: String) throws(FunctionError) -> EntityID<Kind> {
    guard let id = EntityID<Kind>(text) else {
      throw FunctionError(
        .badInput, code: "badID", "Expected \(field) to be 1 to 64 characters of A-Z a-z 0-9 . _ : -", field: field)
    }
    return id
  }

  /// Checks a latitude in degrees.
  package static func checkLatitude(_ degrees: Double, field: String) throws(FunctionError) {
    guard degrees >= -90, degrees <= 90 else {
      throw FunctionError(
        .unprocessable, code: "latitudeOutOfRange", "Expected \(field) to be from -90 to 90 degrees, found \(degrees).",
        field: field)
    }
  }

  /// Checks a longitude in degrees.
  package static func checkLongitude(_ degrees: Double, field: String) throws(FunctionError) {
    guard degrees >= -180, degrees <= 180 else {
      throw FunctionError(
        .unprocessable, code: "longitudeOutOfRange",
        "Expected \(field) to be from -180 to 180 degrees, found \(degrees).",
        field: field)
    }
  }

  /// Reads a moment: whole milliseconds since 1970, or an RFC 3339 text; near the present.
  package static func time(
    _ value: JSONValue, field: String, now: Timestamp, within window: EventTimeWindow
  ) throws(FunctionError) -> Timestamp {
    let time: Timestamp? =
      switch value {
      case .number(let number): number.integer.map { Timestamp(unixMilliseconds: $0) }
      case .string(let text): RFC3339.time(text)
      default: nil
      }
    guard let time else {
      throw FunctionError(
        .badInput, code: "badTime", "Expected \(field) to be whole milliseconds since 1970 or an RFC 3339 time.",
        field: field)
    }
    try checkTime(time, field: field, now: now, within: window)
    return time
  }

  /// Checks that a moment is near the present.
  package static func checkTime(
    _ time: Timestamp, field: String, now: Timestamp, within window: EventTimeWindow
  ) throws(FunctionError) {
    switch window.judge(time, now: now) {
    case .fine: return
    case .tooFarAhead:
      throw FunctionError(
        .unprocessable, code: "timeInFuture",
        "Expected \(field) to be at most \(window.futureSeconds) s ahead of the server's clock, \(RFC3339.text(now)).",
        field: field)
    case .tooFarBack:
      throw FunctionError(
        .unprocessable, code: "timeTooOld",
        "Expected \(field) to be at most \(window.pastSeconds) s before the server's clock, \(RFC3339.text(now)).",
        field: field)
    }
  }

  /// The value of a route's placeholder, as an id.
  package static func routeID<Kind>(_ event: Event, _ name: String = "id", as _: EntityID<Kind>.Type)
    throws(FunctionError)
    -> EntityID<Kind>
  {
    try id(event.request?.parameters[name] ?? event.subject ?? "", field: name)
  }

  /// Checks that who asks, if it says so, is who it acts for.
  package static func check(_ caller: Caller, actsFor expected: Caller) throws(FunctionError) {
    switch (caller, expected) {
    case (.anonymous, _), (.service, _), (.operator, _): return
    case _ where caller == expected: return
    default:
      throw FunctionError(.forbidden, code: "notYou", "The caller is \(caller), but acts for \(expected).")
    }
  }

  /// The idempotency key of a request, if it has one.
  package static func idempotencyKey(_ event: Event) throws(FunctionError) -> String? {
    guard let key = event.request?.header("idempotency-key") else { return nil }
    guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FunctionError(
        .badInput, code: "badIdempotencyKey", "Expected Idempotency-Key to be 1 to 128 visible ASCII characters.",
        field: "Idempotency-Key")
    }
    return key
  }

  /// A hash of a request, to tell a retry from another request under the same key.
  package static func hash(_ event: Event) -> UInt64 {
    var hash = FNV1a()
    hash.combine(event.body)
    return hash.value
  }
}
