import FunctionKit

final class StreamTrigger: Trigger {
  let name: String
  var trouble: String? { nil }
  init(_ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment) throws {
    name = workers.label
  }
  func run() async {}
  func stop() {}
}
