import DispatchState
import FunctionKit
import RoutingClient

/// The class `travel-time`: times learned from recorded trips, or from a routing engine with those behind it.
///
/// The binding's `url` names an engine, or else `--routing-url`; its attributes say how it is asked and what of its answers is taken.
struct TravelTimeBinding: DataBinding {
  let bindingClass = "travel-time"
  /// What is known without an engine.
  let known: any TravelTimes
  /// The engine of bindings that name none; nil where there is none.
  let engine: EngineURL?
  /// Whether engines are asked at all; a simulation asks none.
  let asksEngines: Bool

  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    let settings = try Settings(name: name, specification.attributes)
    var url = engine
    if let text = specification.url {
      do throws(EngineURLError) {
        url = try EngineURL(text)
      } catch {
        throw SetupError("data binding \(name): the url \(text) is no routing engine's: \(error)")
      }
    }
    guard asksEngines, settings.source != .learned, let url else { return known }
    let client = RoutingClient(
      RoutingClient.Configuration(
        url: url, deadline: .milliseconds(settings.deadlineMilliseconds), connections: settings.connections))
    return RoutedTravelTimes(
      client: client, fallback: known,
      use: settings.source == .distances ? .distances : .times(factor: Double(settings.trafficPercent) / 100))
  }

  private struct Settings {
    enum Source: String, CaseIterable {
      case any, learned, distances
    }

    var source = Source.any
    var trafficPercent = 100
    var deadlineMilliseconds = 500
    var connections = 8

    init(name: String, _ attributes: [String: String]) throws {
      func number(_ key: String, _ text: String, in range: ClosedRange<Int>) throws -> Int {
        guard let value = Int(text), range.contains(value) else {
          throw SetupError(
            "data binding \(name): \(key) is \"\(text)\"; expected a whole number from \(range.lowerBound) to "
              + "\(range.upperBound)")
        }
        return value
      }
      for (key, text) in attributes.sorted(by: { $0.key < $1.key }) {
        switch key {
        case "source":
          guard let value = Source(rawValue: text) else {
            let known = Source.allCases.map(\.rawValue).joined(separator: ", ")
            throw SetupError("data binding \(name): source is \"\(text)\"; expected one of \(known)")
          }
          source = value
        case "trafficPercent": trafficPercent = try number(key, text, in: 10...1_000)
        case "deadlineMilliseconds": deadlineMilliseconds = try number(key, text, in: 10...10_000)
        case "connections": connections = try number(key, text, in: 1...256)
        default:
          throw SetupError(
            "data binding \(name): unknown attribute \(key); expected source, trafficPercent, deadlineMilliseconds or connections"
          )
        }
      }
    }
  }
}
