package import DispatchCore
package import FunctionKit
package import HexGrid

/// The fields of a JSON object that came from outside, each checked as it is asked for.
///
/// Every error names the field and what was expected there.
package struct RequestBody: Sendable {
  private let members: [String: JSONValue]
  private let prefix: String

  /// Parses an event's body.
  /// - Parameter event: its body is a JSON object; no body at all is an empty object.
  /// - Throws: `FunctionError` with the code `malformedJSON` or `wrongType`.
  package init(_ event: Event) throws(FunctionError) {
    prefix = ""
    if event.body.isEmpty {
      members = [:]
      return
    }
    members = try Self.object(in: try Self.parse(event.body), field: nil)
  }

  private init(members: [String: JSONValue], prefix: String) {
    self.members = members
    self.prefix = prefix
  }

  /// Parses JSON.
  package static func parse(_ bytes: [UInt8]) throws(FunctionError) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw FunctionError(error)
    }
  }

  private static func object(in value: JSONValue, field: String?) throws(FunctionError) -> [String: JSONValue] {
    guard case .object(let members) = value else {
      throw FunctionError(
        .badInput, code: "wrongType", "Expected \(field ?? "the body") to be an object, found \(value.kindName).",
        field: field)
    }
    return members
  }

  /// The path of a field, for messages.
  package func path(_ name: String) -> String { prefix + name }

  /// A field's value; nil where it is absent or null.
  package subscript(_ name: String) -> JSONValue? {
    guard let value = members[name], value != .null else { return nil }
    return value
  }

  /// Whether a field is there and not null.
  package func has(_ name: String) -> Bool { self[name] != nil }

  private func missing(_ name: String, _ expected: String) -> FunctionError {
    FunctionError(.badInput, code: "missingField", "Expected \(path(name)): \(expected).", field: path(name))
  }

  private func wrong(_ name: String, _ expected: String, _ value: JSONValue) -> FunctionError {
    FunctionError(
      .badInput, code: "wrongType", "Expected \(path(name)) to be \(expected), found \(value.kindName).",
      field: path(name))
  }

  /// A text that may be absent.
  package func optionalText(_ name: String) throws(FunctionError) -> String? {
    guard let value = self[name] else { return nil }
    guard case .string(let text) = value else { throw wrong(name, "a text", value) }
    return text
  }

  /// An id that may be absent.
  package func optionalID<Kind>(_ name: String, as _: EntityID<Kind>.Type) throws(FunctionError) -> EntityID<Kind>? {
    guard let text = try optionalText(name) else { return nil }
    return try InputRules.id(text, field: path(name))
  }

  /// An id.
  package func id<Kind>(_ name: String, as kind: EntityID<Kind>.Type) throws(FunctionError) -> EntityID<Kind> {
    guard let id = try optionalID(name, as: kind) else { throw missing(name, "an id") }
    return id
  }

  /// A number that may be absent.
  package func optionalNumber(_ name: String) throws(FunctionError) -> Double? {
    guard let value = self[name] else { return nil }
    guard case .number(let number) = value else { throw wrong(name, "a number", value) }
    return number.double
  }

  /// A whole number within limits, that may be absent.
  package func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(FunctionError) -> Int64? {
    guard let value = self[name] else { return nil }
    guard case .number(let number) = value, let integer = number.integer, range.contains(integer) else {
      throw FunctionError(
        .badInput, code: "outOfRange",
        "Expected \(path(name)) to be a whole number from \(range.lowerBound) to \(range.upperBound).",
        field: path(name))
    }
    return integer
  }

  /// A position that may be absent.
  package func optionalPosition(_ name: String) throws(FunctionError) -> GeoPoint? {
    guard let value = self[name] else { return nil }
    let body = RequestBody(members: try Self.object(in: value, field: path(name)), prefix: path(name) + ".")
    guard let latitude = try body.optionalNumber("latitude") else {
      throw body.missing("latitude", "degrees from -90 to 90")
    }
    guard let longitude = try body.optionalNumber("longitude") else {
      throw body.missing("longitude", "degrees from -180 to 180")
    }
    try InputRules.checkLatitude(latitude, field: body.path("latitude"))
    try InputRules.checkLongitude(longitude, field: body.path("longitude"))
    return GeoPoint(latitude: latitude, longitude: longitude)
  }

  /// A position.
  package func position(_ name: String) throws(FunctionError) -> GeoPoint {
    guard let point = try optionalPosition(name) else { throw missing(name, "a position with latitude and longitude") }
    return point
  }

  /// A moment near the present, or the present where it is absent.
  package func time(_ name: String, now: Timestamp, within window: EventTimeWindow) throws(FunctionError) -> Timestamp {
    guard let value = self[name] else { return now }
    return try InputRules.time(value, field: path(name), now: now, within: window)
  }

  /// A vehicle class, or the standard one where it is absent.
  package func vehicleClass(_ name: String) throws(FunctionError) -> VehicleClass {
    guard let text = try optionalText(name) else { return .standard }
    guard let found = VehicleClass(name: text) else {
      let known = VehicleClass.allCases.map(\.name).joined(separator: ", ")
      throw FunctionError(
        .badInput, code: "unknownVehicleClass", "Expected \(path(name)) to be one of \(known).", field: path(name))
    }
    return found
  }
}
