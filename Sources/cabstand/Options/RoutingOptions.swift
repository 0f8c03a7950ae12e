import ArgumentParser
import RoutingClient

/// Where the routing engine is, if there is one.
struct RoutingOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("routing-url"),
    help: ArgumentHelp(
      "Routing engine for travel times, osrm+http://host[:port] or valhalla+http://host[:port] (CABSTAND_ROUTING_URL). Default: none, times are learned.",
      valueName: "url"))
  var routingURLFlag: String?

  /// The engine, checked; nil where none is named.
  var engine: EngineURL? {
    get throws {
      guard let text = routingURLFlag ?? Environment.text("CABSTAND_ROUTING_URL") else { return nil }
      do throws(EngineURLError) {
        return try EngineURL(text)
      } catch {
        throw ValidationError("The routing URL \(text) cannot be used: \(error).")
      }
    }
  }

  func validate() throws { _ = try engine }
}
