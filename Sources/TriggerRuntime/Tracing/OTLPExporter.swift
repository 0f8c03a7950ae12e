import CoreMetrics
import FunctionKit

/// Sends spans to an OpenTelemetry collector: OTLP over HTTP in its JSON form, in batches.
///
/// The queue is bounded; a span that does not fit, or that the collector does not take after a few tries, is dropped and counted.
final class OTLPExporter: Sendable {
  private static let attempts = 3
  private static let timeout = Duration.seconds(5)

  private let queue: BatchQueue<Span>
  private let dropped: Counter

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
    let exported = Counter(label: "cabstand_spans_exported", dimensions: [], factory: metrics)
    let dropped = Counter(label: "cabstand_spans_dropped", dimensions: [], factory: metrics)
    self.dropped = dropped
    queue = BatchQueue(capacity: capacity, batchSize: batchSize, linger: linger) { spans in
      let body = Self.document(spans, serviceName: serviceName, instanceID: instanceID)
      let isTaken = await Self.post(body, to: url, headers: headers)
      (isTaken ? exported : dropped).increment(by: spans.count)
      return isTaken
    }
  }

  /// How many spans were dropped.
  var droppedCount: Int { queue.droppedCount }

  /// Takes a finished span; returns at once.
  func add(_ span: Span) {
    if !queue.add(span) { dropped.increment() }
  }

  /// Waits until every span has gone out or was dropped.
  func flush() async { await queue.flush() }

  private static func post(
    _ body: [UInt8], to url: OutgoingURL, headers: [(name: String, value: String)]
  ) async -> Bool {
    let backoff = RetryPolicy(delay: .milliseconds(200), longestDelay: .seconds(5))
    for attempt in 1...attempts {
      var wait = backoff.wait(afterFailures: attempt)
      do {
        let reply = try await OutgoingHTTPClient().send(
          "POST", url, headers: [("content-type", "application/json")] + headers, body: body, timeout: timeout)
        if (200..<300).contains(reply.status) { return true }
        // Only these four may be tried again, as OTLP says.
        guard [429, 502, 503, 504].contains(reply.status) else { return false }
        if let asked = reply.retryAfter { wait = min(asked, .seconds(30)) }
      } catch {
        if attempt == attempts { return false }
      }
      if attempt < attempts { try? await Task.sleep(for: wait) }
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
