/// Everything that was built.
struct LoadedFunctions: Sendable {
  /// The workers of every trigger, and those for direct invocations.
  var workers: [TriggerWorkers] = []
  /// The workers for direct invocations, by function.
  var direct: [String: TriggerWorkers] = [:]
  /// The versions of every function.
  var versions: [FunctionVersions] = []
  /// The triggers that get their events by themselves.
  var loops: [any Trigger] = []
}
