import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import RoutingClient
import TriggerRuntime

/// A data binding whose instance is there already.
struct ReadyBinding: DataBinding {
  let bindingClass: String
  let instance: any Sendable

  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable { instance }
}

/// The classes that function.yaml may name.
enum Bindings {
  /// One binding per class; `webhook` sends events to the URL that a function.yaml names.
  /// - Parameters:
  ///   - stores: what lies behind `postgres`, `redis` and `feed`; memory where the stores are in memory.
  ///   - follower: what lies behind `follower`.
  ///   - configuration: what lies behind `configuration`.
  ///   - workbench: what lies behind `workbench`.
  ///   - travelTimes: what lies behind `travel-time` without an engine; nil takes what was learned.
  ///   - engine: the routing engine behind `travel-time`; nil for learned times.
  ///   - asksEngines: whether a function.yaml may name an engine of its own.
  static func all(
    _ stores: StoreSet, follower: FleetFollower, configuration: DispatchConfiguration,
    workbench: any Workbench = QueueWorkbench(), travelTimes: (any TravelTimes)? = nil, engine: EngineURL? = nil,
    asksEngines: Bool = false
  ) -> [any DataBinding] {
    [
      ReadyBinding(bindingClass: "postgres", instance: stores.record),
      ReadyBinding(bindingClass: "redis", instance: stores.fleet),
      ReadyBinding(bindingClass: "feed", instance: stores.hub),
      ReadyBinding(bindingClass: "models", instance: stores.models),
      ReadyBinding(bindingClass: "workbench", instance: workbench),
      ReadyBinding(bindingClass: "follower", instance: follower),
      ReadyBinding(bindingClass: "configuration", instance: configuration),
      ReadyBinding(
        bindingClass: "zone-board", instance: ZoneBoard(fleet: stores.fleet, rides: stores.record, surge: stores.fleet)),
      TravelTimeBinding(
        known: travelTimes ?? LearnedTravelTimes(models: stores.models, speeds: configuration.speeds), engine: engine,
        asksEngines: asksEngines),
      WebhookBinding(),
    ]
  }
}
