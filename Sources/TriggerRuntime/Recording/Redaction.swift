import FunctionKit

/// Fields whose values are not written down: members of JSON bodies at any depth, header fields, query values, metadata of logs.
///
/// Names are compared without regard to case, dashes and underscores. What stands in a body that is no JSON cannot be told apart and is
/// left out whole, unless nothing is to be hidden.
package struct Redaction: Sendable, Equatable {
  /// What is hidden unless somebody says otherwise.
  package static let usual = [
    "authorization", "proxyAuthorization", "cookie", "setCookie", "password", "secret", "token", "accessToken",
    "apiKey",
    "xApiKey", "phone", "email", "cardNumber", "iban",
  ]

  /// What stands in a value's place.
  package static let mark = "[redacted]"

  /// The names, as they were given.
  package let fields: [String]
  private let names: Set<String>

  package init(_ fields: [String]) {
    self.fields = fields
    names = Set(fields.map(Self.plain))
  }

  private static func plain(_ name: String) -> String {
    String(decoding: name.lowercased().utf8.filter { $0 != 0x2D && $0 != 0x5F }, as: UTF8.self)
  }

  private func hides(_ name: String) -> Bool { names.contains(Self.plain(name)) }

  /// A value, or the mark where its name is hidden.
  func text(_ name: String, _ value: String) -> String { hides(name) ? Self.mark : value }

  /// An event without what is hidden.
  func apply(to event: Event) -> Event {
    guard !names.isEmpty else { return event }
    var event = event
    event.body = apply(toBody: event.body)
    for (name, value) in event.extensions { event.extensions[name] = text(name, value) }
    return event
  }

  /// A body without what is hidden.
  func apply(toBody body: [UInt8]) -> [UInt8] {
    guard !names.isEmpty, !body.isEmpty else { return body }
    guard let value = try? JSONValue(parsing: body) else { return JSONWriter.bytes { $0.value(Self.mark) } }
    let (clean, isChanged) = clean(value)
    return isChanged ? JSONWriter.bytes { $0.value(clean) } : body
  }

  private func clean(_ value: JSONValue) -> (JSONValue, Bool) {
    switch value {
    case .object(let members):
      var isChanged = false
      var result = members
      for (name, member) in members {
        if hides(name) {
          result[name] = .string(Self.mark)
          isChanged = true
        } else {
          let (cleaned, changed) = clean(member)
          if changed {
            result[name] = cleaned
            isChanged = true
          }
        }
      }
      return (.object(result), isChanged)
    case .array(let elements):
      var isChanged = false
      let result = elements.map { element in
        let (cleaned, changed) = clean(element)
        isChanged = isChanged || changed
        return cleaned
      }
      return (.array(result), isChanged)
    default: return (value, false)
    }
  }
}
