import FunctionKit

/// One finished piece of work of a trace.
struct Span: Sendable {
  /// What a span is to its neighbours, with the numbers of OTLP.
  enum Kind: Int, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
    case producer = 4
    case consumer = 5
  }

  /// The value of an attribute.
  enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int)
  }

  var name: String
  var kind: Kind
  var context: TraceContext
  /// The span that this one is a part of; nil at the beginning of a trace.
  var parentSpanID: UInt64?
  /// Other traces that this work handled events of.
  var links: [TraceContext] = []
  var startUnixNanoseconds: UInt64
  var endUnixNanoseconds: UInt64 = 0
  var attributes: [(name: String, value: Value)] = []
  /// Why it failed; nil where it did not.
  var failure: String?

  /// Writes the span as OTLP's JSON has it: ids in hexadecimal, 64-bit numbers as text, enumerations as numbers.
  func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("traceId", context.traceID)
      json.member("spanId", TraceContext.text(context.spanID))
      if let state = context.state { json.member("traceState", state) }
      if let parentSpanID { json.member("parentSpanId", TraceContext.text(parentSpanID)) }
      json.member("flags", context.isSampled ? 1 : 0)
      json.member("name", name)
      json.member("kind", kind.rawValue)
      json.member("startTimeUnixNano", String(startUnixNanoseconds))
      json.member("endTimeUnixNano", String(max(endUnixNanoseconds, startUnixNanoseconds)))
      json.key("attributes")
      json.array { json in for (name, value) in attributes { Self.write(name, value, &json) } }
      if !links.isEmpty {
        json.key("links")
        json.array { json in
          for link in links {
            json.object { json in
              json.member("traceId", link.traceID)
              json.member("spanId", TraceContext.text(link.spanID))
            }
          }
        }
      }
      json.key("status")
      json.object { json in
        guard let failure else { return }
        json.member("code", 2)
        json.member("message", failure)
      }
    }
  }

  /// Writes an attribute.
  static func write(_ name: String, _ value: Value, _ json: inout JSONWriter) {
    json.object { json in
      json.member("key", name)
      json.key("value")
      json.object { json in
        switch value {
        case .text(let text): json.member("stringValue", text)
        case .integer(let number): json.member("intValue", String(number))
        }
      }
    }
  }
}
