public import CoreMetrics
import FunctionKit
public import ServiceLifecycle

/// Makes a span of every invocation of a sampled trace and sends it to an OpenTelemetry collector.
///
/// As a service it does nothing until the end, when it sees to it that the last spans go out.
public final class Tracer: Service {
  private static let flushLimit = Duration.seconds(3)

  private let exporter: OTLPExporter
  /// The share of traces that begin here and are recorded; what others began is as they decided.
  private let ratio: Double

  /// Creates a tracer.
  /// - Parameters:
  ///   - endpoint: the collector, `http://host:4318`; `/v1/traces` is added.
  ///   - serviceName: how the collector knows this service.
  ///   - instanceID: how it knows this process.
  ///   - headers: header fields for the collector, for example its key.
  ///   - ratio: the share of new traces that are recorded, 0 to 1.
  ///   - metrics: what counts.
  /// - Throws: `SetupError` where the endpoint is no URL.
  public convenience init(
    endpoint: String, serviceName: String = "cabstand", instanceID: String,
    headers: [(name: String, value: String)] = [], ratio: Double = 1,
    metrics: any MetricsFactory = MetricsSystem.factory
  ) throws {
    let url = try OutgoingURL(endpoint).appending("/v1/traces")
    self.init(
      exporter: OTLPExporter(
        url: url, serviceName: serviceName, instanceID: instanceID, headers: headers, metrics: metrics), ratio: ratio)
  }

  init(exporter: OTLPExporter, ratio: Double = 1) {
    self.exporter = exporter
    self.ratio = ratio
  }

  /// Begins the span of an invocation and tells its context.
  /// - Parameters:
  ///   - event: the event; of a batch the first.
  ///   - workers: whose invocation it is.
  ///   - context: the invocation's context; what it says of a trace goes before the event's.
  /// - Returns: the span; nil where the trace is not recorded.
  func begin(_ event: Event, _ workers: TriggerWorkers, _ context: inout Context) -> Span? {
    let parent = context.traceContext ?? TraceContext(of: event)
    let own = parent?.child() ?? .root(isSampled: ratio >= 1 || Double.random(in: 0..<1) < ratio)
    context.trace.traceContext = own
    guard own.isSampled else { return nil }
    return Span(
      name: "\(workers.function.name) \(workers.trigger.name)", kind: Self.kind(of: workers.trigger), context: own,
      parentSpanID: parent?.spanID, startUnixNanoseconds: RealTime.unixNanoseconds,
      attributes: [
        ("faas.name", .text(workers.function.name)),
        ("faas.version", .text(workers.function.specification.version)),
        ("faas.trigger", .text(Self.faasTrigger(of: workers.trigger))),
        ("cabstand.trigger", .text(workers.trigger.name)),
        ("cabstand.attempt", .integer(context.attempt)),
        ("cloudevents.event_id", .text(event.id)),
        ("cloudevents.event_source", .text(event.source)),
        ("cloudevents.event_type", .text(event.type)),
      ])
  }

  /// Begins the span of a batch: a trace of its own, linked to those of its events.
  func begin(batch events: [Event], _ workers: TriggerWorkers, _ context: inout Context) -> Span? {
    guard let first = events.first else { return nil }
    guard events.count > 1 else { return begin(first, workers, &context) }
    let links = events.compactMap { TraceContext(of: $0) }
    if context.traceContext == nil, !links.isEmpty {
      context.trace.traceContext = .root(isSampled: links.contains { $0.isSampled })
    }
    guard var span = begin(first, workers, &context) else { return nil }
    span.links = Array(links.prefix(128))
    span.attributes.append(("messaging.batch.message_count", .integer(events.count)))
    return span
  }

  /// Ends a span.
  /// - Parameters:
  ///   - span: the span.
  ///   - error: why the invocation failed; nil where it did not.
  func end(_ span: Span?, failure error: (any Error)?) {
    guard var span else { return }
    span.endUnixNanoseconds = RealTime.unixNanoseconds
    let outcome = error.map { InvocationOutcome($0) } ?? .success
    span.attributes.append(("cabstand.outcome", .text(outcome.rawValue)))
    if let error { span.failure = (error as? FunctionError)?.code ?? outcome.rawValue }
    exporter.add(span)
  }

  /// Waits until every span has gone out or was dropped.
  public func flush() async { await exporter.flush() }

  /// Waits for the end and sees to it that the last spans go out.
  public func run() async throws {
    await LastWords.say(within: Self.flushLimit) { await self.flush() }
  }

  private static func kind(of trigger: TriggerInfo) -> Span.Kind {
    switch trigger.kind {
    case "http": .server
    case "cron", "direct", "simulator": .internal
    default: .consumer
    }
  }

  private static func faasTrigger(of trigger: TriggerInfo) -> String {
    switch trigger.kind {
    case "http": "http"
    case "cron": "timer"
    case "direct": "other"
    default: "pubsub"
    }
  }
}
