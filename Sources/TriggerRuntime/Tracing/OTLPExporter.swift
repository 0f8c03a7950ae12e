import CoreMetrics
import FunctionKit
import Synchronization

/// Sends spans to an OpenTelemetry collector: OTLP over HTTP in its JSON form, in batches.
///
/// The queue is bounded; a span that does not fit, or that the collector does not take after a few tries, is dropped and counted.
final class OTLPExporter: Sendable {
  private struct State {
    var spans: [Span] = []
    var task: Task<Void, Never>?
  }

  private static let attempts = 3
  private static let timeout = Duration.seconds(5)

  private let state = Mutex(State())
  private let url: OutgoingURL
  private let serviceName: String
  private let instanceID: String
  private let headers: [(name: String, value: String)]
  private let capacity: Int
  private let batchSize: Int
  private let linger: Duration
  private let exported: Counter
  private let dropped: Counter
  private let droppedTotal = Atomic(0)

  /// Creates an exporter.
  /// - Parameters:
  ///   - url: where spans go, the whole URL.
  ///   - serviceName: the resource's `service.name`.
  ///   - instanceID: the resource's `service.instance.id`.
  ///   - headers: header fields for the collector, for example its key.
  ///   - capacity: how many spans wait at most.
  ///   - batchSize: how many go out at once.
  ///   - linger: how long the first of a batch waits for others.
  ///   - metrics: what counts.
  init(
    url: OutgoingURL, serviceName: String, instanceID: String, headers: [(name: String, value: String)] = [],
    capacity: Int = 8_192, batchSize: Int = 512, linger: Duration = .milliseconds(500), metrics: any MetricsFactory
  ) {
    self.url = url
    self.serviceName = serviceName
    self.instanceID = instanceID
    self.headers = headers
    self.capacity = capacity
    self.batchSize = batchSize
    self.linger = linger
    exported = Counter(label: "cabstand_spans_exported", dimensions: [], factory: metrics)
    dropped = Counter(label: "cabstand_spans_dropped", dimensions: [], factory: metrics)
  }

  /// How many spans were dropped.
  var droppedCount: Int { droppedTotal.load(ordering: .relaxed) }

  /// Takes a finished span; returns at once.
  func add(_ span: Span) {
    let isTaken = state.withLock { state in
      guard state.spans.count < capacity else { return false }
      state.spans.append(span)
      // The task ends when nothing is left, so that a silent process does not wake up.
      if state.task == nil { state.task = Task.detached { await self.work() } }
      return true
    }
    if !isTaken { drop(1) }
  }

  /// Waits until every span has gone out or was dropped.
  func flush() async {
    while let task = state.withLock({ $0.task }) { await task.value }
  }

  private func drop(_ count: Int) {
    dropped.increment(by: count)
    droppedTotal.add(count, ordering: .relaxed)
  }

  private func work() async {
    try? await Task.sleep(for: linger)
    while let batch = take() {
      if await send(batch) { exported.increment(by: batch.count) } else { drop(batch.count) }
    }
  }

  private func take() -> [Span]? {
    state.withLock { state in
      guard !state.spans.isEmpty else {
        state.task = nil
        return nil
      }
      let batch = Array(state.spans.prefix(batchSize))
      state.spans.removeFirst(batch.count)
      return batch
    }
  }

  private func send(_ spans: [Span]) async -> Bool {
    let body = Self.document(spans, serviceName: serviceName, instanceID: instanceID)
    let backoff = RetryPolicy(delay: .milliseconds(200), longestDelay: .seconds(5))
    for attempt in 1...Self.attempts {
      var wait = backoff.wait(afterFailures: attempt)
      do {
        let reply = try await OutgoingHTTPClient().send(
          "POST", url, headers: [("content-type", "application/json")] + headers, body: body, timeout: Self.timeout)
        if (200..<300).contains(reply.status) { return true }
        // Only these four may be tried again, as OTLP says.
        guard [429, 502, 503, 504].contains(reply.status) else { return false }
        if let asked = reply.retryAfter { wait = min(asked, .seconds(30)) }
      } catch {
        if attempt == Self.attempts { return false }
      }
      if attempt < Self.attempts { try? await Task.sleep(for: wait) }
    }
    return false
  }

  /// An `ExportTraceServiceRequest`.
  static func document(_ spans: [Span], serviceName: String, instanceID: String) -> [UInt8] {
    JSONWriter.bytes(capacity: spans.count * 512) { json in
      json.object { json in
        json.key("resourceSpans")
        json.array { json in
          json.object { json in
            json.key("resource")
            json.object { json in
              json.key("attributes")
              json.array { json in
                Span.write("service.name", .text(serviceName), &json)
                Span.write("service.instance.id", .text(instanceID), &json)
              }
            }
            json.key("scopeSpans")
            json.array { json in
              json.object { json in
                json.key("scope")
                json.object { json in json.member("name", "cabstand.TriggerRuntime") }
                json.key("spans")
                json.array { json in for span in spans { span.write(&json) } }
              }
            }
          }
        }
      }
    }
  }
}
