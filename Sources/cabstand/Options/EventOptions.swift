import ArgumentParser
import TriggerRuntime

/// Who may send events, how much at once, and what callers may ask of logs.
struct EventOptions: ParsableArguments, Sendable {
  @Option(help: "Requests to functions at work or waiting at once; one more is answered 429. 1 to 1000000.")
  var maxInFlight: Int = 20_000

  @Option(help: "Origin that may send events as a webhook, a DNS name or *; may be repeated.")
  var webhookOrigin: [String] = []

  @Option(help: "Events a minute that a webhook sender is told to keep to; 1 to 1000000000. Default: any number.")
  var webhookRate: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Whether callers may raise the log level of their invocation and get its log. Default: on loopback only.")
  var callerLogs: Bool?

  func validate() throws {
    guard (1...1_000_000).contains(maxInFlight) else {
      throw ValidationError("--max-in-flight must be from 1 to 1000000, found \(maxInFlight).")
    }
    if let webhookRate, !(1...1_000_000_000).contains(webhookRate) {
      throw ValidationError("--webhook-rate must be from 1 to 1000000000, found \(webhookRate).")
    }
    guard webhookRate == nil || !webhookOrigin.isEmpty else {
      throw ValidationError("--webhook-rate needs --webhook-origin.")
    }
  }

  /// Adds these to a server's configuration.
  func configure(_ configuration: HTTPServerConfiguration) -> HTTPServerConfiguration {
    var configuration = configuration
    configuration.maxInFlight = maxInFlight
    // From the environment only: command lines are for everybody to read.
    configuration.eventToken = Environment.text("CABSTAND_EVENTS_TOKEN")
    if !webhookOrigin.isEmpty {
      configuration.webhook = WebhookPolicy(allowedOrigins: Set(webhookOrigin), allowedRate: webhookRate)
    }
    let isLoopback =
      switch configuration.address {
      case .tcp(let host, _): ["127.0.0.1", "::1", "localhost"].contains(host)
      case .unix: true
      }
    configuration.allowsInvocationLogs = callerLogs ?? isLoopback
    return configuration
  }
}
