import DispatchCore
import DispatchState
import FunctionKit

/// A data binding whose instance is there already.
struct ReadyBinding: DataBinding {
  let bindingClass: String
  let instance: any Sendable

  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable { instance }
}

/// The classes that function.yaml may name.
enum Bindings {
  /// One binding per class.
  /// - Parameters:
  ///   - stores: what lies behind `postgres`, `redis` and `feed`; memory where the stores are in memory.
  ///   - follower: what lies behind `follower`.
  ///   - configuration: what lies behind `configuration`.
  ///   - workbench: what lies behind `workbench`.
  static func all(
    _ stores: StoreSet, follower: FleetFollower, configuration: DispatchConfiguration,
    workbench: any Workbench = QueueWorkbench()
  ) -> [any DataBinding] {
    [
      ReadyBinding(bindingClass: "postgres", instance: stores.record),
      ReadyBinding(bindingClass: "redis", instance: stores.fleet),
      ReadyBinding(bindingClass: "feed", instance: stores.hub),
      ReadyBinding(bindingClass: "models", instance: stores.models),
      ReadyBinding(bindingClass: "workbench", instance: workbench),
      ReadyBinding(bindingClass: "follower", instance: follower),
      ReadyBinding(bindingClass: "configuration", instance: configuration),
    ]
  }
}
