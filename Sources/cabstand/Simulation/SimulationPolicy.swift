import FunctionKit

/// How a simulated city is run: settings of functions that differ from their function.yaml.
struct SimulationPolicy: Sendable, Equatable {
  /// Names it in reports.
  var name = "standard"
  /// Settings by function and name.
  var environment: [String: [String: String]] = [:]
  /// Intervals of cron triggers by function, such as `5s`.
  var intervals: [String: String] = [:]
  /// Functions that are left out.
  var disabled: Set<String> = []
  /// The share of offers that drivers turn down; nil leaves it to the command line.
  var declineShare: Double?

  /// Functions as they are under this policy.
  /// - Parameter specifications: as their function.yaml has them.
  func applied(to specifications: [FunctionSpecification]) -> [FunctionSpecification] {
    specifications.map { specification in
      var changed = specification
      changed.environment.merge(environment[specification.name] ?? [:]) { $1 }
      if disabled.contains(specification.name) { changed.isDisabled = true }
      if let interval = intervals[specification.name] {
        for (name, trigger) in specification.triggers where trigger.kind == "cron" {
          changed.triggers[name]?.attributes["interval"] = .scalar(interval)
          changed.triggers[name]?.attributes["schedule"] = nil
          changed.triggers[name]?.attributes["timeZone"] = nil
        }
      }
      return changed
    }
  }
}
