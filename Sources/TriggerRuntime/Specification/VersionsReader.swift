import FunctionKit

/// Reads the versions of a function and how they are rolled out.
struct VersionsReader {
  /// Reads a list of settings.
  let environment: (SpecificationCursor?) -> [String: String]

  /// Reads `versions` and `rollout`.
  func read(_ fields: [String: SpecificationCursor], into specification: inout FunctionSpecification) {
    var total = 0.0
    for (name, cursor) in fields["versions"]?.entries() ?? [] {
      if name == specification.version { cursor.report("is the function's own version already") }
      if !VersionName.isValid(name) { cursor.report("\(VersionName.rule), found \"\(name)\"") }
      let version = version(cursor)
      total += version.weight
      specification.versions[name] = version
    }
    if total > 100 { fields["versions"]?.report("the weights add up to \(total), more than 100") }
    if let cursor = fields["rollout"] { specification.rollout = rollout(cursor, specification) }
    if let cursor = fields["partitionKey"], let text = cursor.name() {
      do {
        _ = try EventKey(text)
        specification.partitionKey = text
      } catch {
        cursor.report("\(error)")
      }
    }
  }

  private func version(_ cursor: SpecificationCursor) -> VersionSpecification {
    var version = VersionSpecification()
    let fields = cursor.fields(["handler", "env", "url", "mode", "timeout", "weight"])
    version.handler = fields["handler"]?.name()
    version.environment = environment(fields["env"])
    version.weight = fields["weight"].flatMap { $0.number(in: 0...100) } ?? 0
    guard let url = fields["url"] else {
      for name in ["mode", "timeout"] { fields[name]?.report("means something with url only") }
      return version
    }
    for name in ["handler", "env"] { fields[name]?.report("means nothing to a version that lives at a URL") }
    var remote = RemoteVersion(url: url.name() ?? "")
    do {
      _ = try OutgoingURL(remote.url)
    } catch {
      url.report("\(error)")
    }
    if let mode = fields["mode"], let text = mode.string() {
      if let known = CloudEventsMode(rawValue: text), known != .batched {
        remote.mode = known
      } else {
        mode.report("expected binary or structured, found \"\(text)\"")
      }
    }
    if let timeout = fields["timeout"], let duration = timeout.duration() {
      if duration > .zero { remote.timeout = duration } else { timeout.report("must be above zero") }
    }
    version.remote = remote
    return version
  }

  private func rollout(
    _ cursor: SpecificationCursor, _ specification: FunctionSpecification
  ) -> RolloutSpecification {
    var plan = RolloutSpecification()
    let fields = cursor.fields([
      "version", "steps", "interval", "minEvents", "window", "maxFailureExcess", "maxLatencyFactor", "maxLatency",
    ])
    if let field = fields["version"], let name = field.name() {
      plan.version = name
      if specification.versions[name] == nil {
        field.report("there is no version \(name); \(Suggestion.sentence(for: name, in: specification.versions.keys))")
      }
    }
    if let field = fields["steps"] {
      plan.steps = field.elements().compactMap { $0.number(in: 0.01...100) }
      if plan.steps.isEmpty { field.report("expected shares in percent such as [5, 25, 100]") }
      if zip(plan.steps, plan.steps.dropFirst()).contains(where: { $0 >= $1 }) {
        field.report("each step must be more than the one before")
      }
    }
    for (name, path) in [("interval", \RolloutSpecification.interval), ("window", \.window)] {
      guard let field = fields[name], let duration = field.duration() else { continue }
      if duration >= .milliseconds(100) {
        plan[keyPath: path] = duration
      } else {
        field.report("must be 100ms or more")
      }
    }
    plan.minEvents = fields["minEvents"]?.integer(in: 1...100_000_000) ?? plan.minEvents
    plan.maxFailureExcess = fields["maxFailureExcess"].flatMap { $0.number(in: 0...100) } ?? plan.maxFailureExcess
    plan.maxLatencyFactor = fields["maxLatencyFactor"].flatMap { $0.number(in: 1...1_000) }
    plan.maxLatency = fields["maxLatency"].flatMap { $0.duration() }
    return plan
  }
}

/// What the name of a version may look like.
enum VersionName {
  static let rule = "expected 1 to 32 letters, digits, dots, dashes and underscores"

  static func isValid(_ name: String) -> Bool {
    (1...32).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
      }
  }
}

extension SpecificationCursor {
  /// The number here.
  func number(in range: ClosedRange<Double>) -> Double? {
    guard let text = string() else { return nil }
    guard let value = Double(text), range.contains(value) else {
      report("expected a number from \(range.lowerBound) to \(range.upperBound), found \"\(text)\"")
      return nil
    }
    return value
  }
}
