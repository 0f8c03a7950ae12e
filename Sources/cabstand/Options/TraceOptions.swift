import ArgumentParser
import Metrics
import TriggerRuntime

/// Where traces go.
struct TraceOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("otlp-url"),
    help: "OpenTelemetry collector for traces, http://host:4318 (OTEL_EXPORTER_OTLP_ENDPOINT). Default: none.")
  var collectorURL: String?

  @Option(help: "Share of new traces that are recorded, 0 to 1 (OTEL_TRACES_SAMPLER_ARG). Default: 1")
  var traceRatio: Double?

  var url: String? { collectorURL ?? Environment.text("OTEL_EXPORTER_OTLP_ENDPOINT") }
  private var ratio: Double? {
    traceRatio ?? Environment.text("OTEL_TRACES_SAMPLER_ARG").map { Double($0) ?? .nan } ?? 1
  }

  func validate() throws {
    guard let ratio, (0...1).contains(ratio) else {
      throw ValidationError("The share of traces must be from 0 to 1.")
    }
  }

  /// The tracer; nil where traces go nowhere.
  func tracer(instanceID: String, metrics: any MetricsFactory) throws -> Tracer? {
    guard let url else { return nil }
    // Key=value pairs, as OpenTelemetry has them.
    let headers = (Environment.text("OTEL_EXPORTER_OTLP_HEADERS") ?? "").split(separator: ",").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1)
      return parts.count == 2 ? (name: parts[0].lowercased(), value: String(parts[1])) : nil
    }
    return try Tracer(
      endpoint: url, serviceName: Environment.text("OTEL_SERVICE_NAME") ?? "cabstand", instanceID: instanceID,
      headers: headers, ratio: ratio ?? 1, metrics: metrics)
  }
}
