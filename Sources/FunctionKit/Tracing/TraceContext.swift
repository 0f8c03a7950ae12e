public import ServiceContextModule

/// Where an invocation stands in a distributed trace, as W3C Trace Context (level 1) writes it.
public struct TraceContext: Hashable, Sendable {
  /// The upper half of the trace's id.
  public var traceIDHigh: UInt64
  /// The lower half of the trace's id.
  public var traceIDLow: UInt64
  /// The span's id; never 0.
  public var spanID: UInt64
  /// Whether spans of this trace are recorded.
  public var isSampled: Bool
  /// What other vendors add, the `tracestate` field, unread.
  public var state: String?

  /// Creates a position in a trace.
  /// - Parameters:
  ///   - traceIDHigh: the upper half of the trace's id.
  ///   - traceIDLow: the lower half.
  ///   - spanID: the span's id.
  ///   - isSampled: whether spans of this trace are recorded.
  ///   - state: the `tracestate` field.
  public init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, isSampled: Bool, state: String? = nil) {
    self.traceIDHigh = traceIDHigh
    self.traceIDLow = traceIDLow
    self.spanID = spanID
    self.isSampled = isSampled
    self.state = state
  }

  /// A new trace.
  /// - Parameter isSampled: whether its spans are recorded.
  public static func root(isSampled: Bool) -> TraceContext {
    TraceContext(
      traceIDHigh: .random(in: 1 ... .max), traceIDLow: .random(in: 1 ... .max), spanID: .random(in: 1 ... .max),
      isSampled: isSampled)
  }

  /// A new span of the same trace.
  public func child() -> TraceContext {
    var child = self
    child.spanID = .random(in: 1 ... .max)
    return child
  }

  /// Reads a `traceparent` field; nil where it is malformed, as the recommendation says: then a new trace begins.
  /// - Parameters:
  ///   - traceparent: the field's value.
  ///   - state: the `tracestate` field.
  public init?(traceparent: String, state: String? = nil) {
    let bytes = Array(traceparent.utf8)
    guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
      let version = Self.hex(bytes[0..<2]), let high = Self.hex(bytes[3..<19]), let low = Self.hex(bytes[19..<35]),
      let span = Self.hex(bytes[36..<52]), let flags = Self.hex(bytes[53..<55]), version != 0xFF,
      high | low != 0, span != 0
    else { return nil }
    // A later version may add fields, version 0 has none.
    guard bytes.count == 55 || (version > 0 && bytes[55] == 0x2D) else { return nil }
    self.init(traceIDHigh: high, traceIDLow: low, spanID: span, isSampled: flags & 1 == 1, state: state)
  }

  /// The `traceparent` field.
  public var traceparent: String { "00-\(traceID)-\(Self.text(spanID))-\(isSampled ? "01" : "00")" }

  /// The trace's id, 32 hexadecimal digits.
  public var traceID: String { Self.text(traceIDHigh) + Self.text(traceIDLow) }

  /// A span's id, 16 hexadecimal digits.
  /// - Parameter id: the id.
  public static func text(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Lower-case digits only, as the recommendation asks.
  private static func hex(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for byte in bytes {
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
      case 0x61...0x66: value = value << 4 | UInt64(byte - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }
}

extension TraceContext {
  /// Where the invocation of the present task stands; nil outside a traced invocation.
  ///
  /// For code that has no `Context` at hand, such as clients of other services.
  @TaskLocal public static var current: TraceContext?

  /// Says of an event that it follows from this span, so that whoever handles it continues the trace.
  /// - Parameter event: the event that goes out.
  public func inject(into event: inout Event) {
    event.extensions["traceparent"] = traceparent
    event.extensions["tracestate"] = state
  }

  /// Where an event stands by its extension attributes; nil where it has none or they are malformed.
  /// - Parameter event: the event.
  public init?(of event: Event) {
    guard let parent = event.extensions["traceparent"] else { return nil }
    self.init(traceparent: parent, state: event.extensions["tracestate"])
  }
}

private enum TraceContextKey: ServiceContextKey {
  typealias Value = TraceContext
  static var nameOverride: String? { "trace-context" }
}

extension ServiceContext {
  /// Where an invocation stands in a trace.
  public var traceContext: TraceContext? {
    get { self[TraceContextKey.self] }
    set { self[TraceContextKey.self] = newValue }
  }
}
