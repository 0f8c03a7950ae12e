import CoreMetrics
import FunctionKit

/// Sends events to a URL as CloudEvents' webhooks do: POST, a bearer token, the receiver's `Retry-After` heeded.
struct WebhookPublisher: EventPublisher {
  let url: OutgoingURL
  let mode: CloudEventsMode
  let token: String?
  /// How often one message is tried.
  let attempts: Int
  let timeout: Duration
  let metrics: WebhookMetrics

  /// The longest wait that a receiver may ask for; a longer one is a failure, which the caller tries again in its own time.
  private static let longestWait = Duration.seconds(10)

  /// Sends the events in their order; the topic is ignored, since the URL says where they go.
  func publish(_ events: [Event], to topic: String) async throws {
    let start = ContinuousClock.now
    do {
      try await deliver(events)
      metrics.delivered.recordNanoseconds((ContinuousClock.now - start).wholeNanoseconds)
    } catch {
      metrics.failed.recordNanoseconds((ContinuousClock.now - start).wholeNanoseconds)
      throw error
    }
  }

  private func deliver(_ events: [Event]) async throws {
    let events = events.map { event in
      var event = event
      if event.extensions["traceparent"] == nil { TraceContext.current?.inject(into: &event) }
      return event
    }
    if mode == .batched {
      if !events.isEmpty { try await send(CloudEventsMessage(events)) }
    } else {
      for event in events { try await send(CloudEventsMessage(event, mode: mode)) }
    }
  }

  private func send(_ message: CloudEventsMessage) async throws {
    var headers = message.headers
    if let contentType = message.contentType { headers.append(("content-type", contentType)) }
    if let token { headers.append(("authorization", "Bearer \(token)")) }
    if let trace = TraceContext.current?.child() {
      headers.append(("traceparent", trace.traceparent))
      if let state = trace.state { headers.append(("tracestate", state)) }
    }
    let backoff = RetryPolicy(delay: .milliseconds(100), longestDelay: .seconds(2))
    var last = FunctionError(.transient, code: "webhookFailed", "\(url) did not answer")
    for attempt in 1...attempts {
      var wait = backoff.wait(afterFailures: attempt)
      do {
        let reply = try await OutgoingHTTPClient().send(
          "POST", url, headers: headers, body: message.body, timeout: timeout)
        if (200..<300).contains(reply.status) { return }
        last = Self.failure(reply.status, url)
        guard last.isRetriable else { throw last }
        if let asked = reply.retryAfter {
          guard asked <= Self.longestWait else { throw last }
          wait = asked
        }
      } catch let error as FunctionError {
        throw error
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        last = FunctionError(.transient, code: "webhookFailed", "\(url) cannot be reached")
      }
      if attempt < attempts { try await Task.sleep(for: wait) }
    }
    throw last
  }

  private static func failure(_ status: Int, _ url: OutgoingURL) -> FunctionError {
    switch status {
    case 410: FunctionError(.gone, code: "webhookGone", "\(url) takes no events any more")
    case 429: FunctionError(.overloaded, code: "webhookOverloaded", "\(url) takes no more events at present")
    case 400..<500: FunctionError(.unprocessable, code: "webhookRefused", "\(url) refused the event with \(status)")
    default: FunctionError(.transient, code: "webhookFailed", "\(url) answered \(status)")
    }
  }

  /// Asks the receiver whether events may be sent (CloudEvents' HTTP 1.1 Web Hooks, section 4).
  /// - Parameter origin: who asks, a DNS name.
  /// - Throws: `SetupError` where the receiver says no or does not answer.
  func shakeHands(origin: String) async throws {
    let reply: OutgoingReply
    do {
      reply = try await OutgoingHTTPClient().send(
        "OPTIONS", url, headers: [("webhook-request-origin", origin)], timeout: timeout)
    } catch {
      throw SetupError("\(url) cannot be asked whether it takes events: \(error)")
    }
    let allowed = reply.header("webhook-allowed-origin") ?? ""
    guard (200..<300).contains(reply.status), allowed == "*" || allowed.lowercased() == origin.lowercased() else {
      throw SetupError("\(url) does not take events from \(origin)")
    }
  }
}

/// How long a webhook binding took to hand events over, all attempts together.
struct WebhookMetrics: Sendable {
  let delivered: Timer
  let failed: Timer

  /// - Parameters:
  ///   - binding: the binding's name in function.yaml, of which there are few.
  ///   - factory: who keeps them.
  init(binding: String, factory: any MetricsFactory) {
    func timer(_ outcome: String) -> Timer {
      Timer(
        label: "cabstand_webhook_duration", dimensions: [("binding", binding), ("outcome", outcome)], factory: factory)
    }
    delivered = timer("success")
    failed = timer("failed")
  }
}
