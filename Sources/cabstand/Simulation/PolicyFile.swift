import FunctionKit
import Yams

/// Reads a policy from YAML; every field is known or an error with its line.
struct PolicyFile {
  /// What is wrong with a policy: one line per fault.
  struct Fault: Error, CustomStringConvertible, Equatable {
    var description: String
  }

  /// A knob with a name of its own.
  private enum Knob {
    /// A setting of a function: a whole number in a range.
    case setting(function: String, name: String, ClosedRange<Int>)
    /// The interval of a function's cron trigger, in seconds.
    case interval(function: String)
    /// Whether a function runs at all.
    case toggle(function: String)
    case name
    case declineShare
    /// Any setting of any function.
    case functions
  }

  private static let knobs: [String: Knob] = [
    "name": .name,
    "candidatesPerRide": .setting(function: "match-riders", name: "CANDIDATES_PER_RIDE", 1...200),
    "maximumPickupSeconds": .setting(function: "match-riders", name: "MAXIMUM_PICKUP_SECONDS", 10...7_200),
    "freshnessSeconds": .setting(function: "match-riders", name: "FRESHNESS_SECONDS", 1...3_600),
    "answerSeconds": .setting(function: "match-riders", name: "ANSWER_SECONDS", 1...300),
    "matchIntervalSeconds": .interval(function: "match-riders"),
    "requestPatienceSeconds": .setting(function: "request-ride", name: "REQUEST_PATIENCE_SECONDS", 10...86_400),
    "rebalancing": .toggle(function: "rebalance-fleet"),
    "surge": .toggle(function: "price-zones"),
    "rebalanceIntervalSeconds": .interval(function: "rebalance-fleet"),
    "declineShare": .declineShare,
    "functions": .functions,
  ]

  private let file: String
  private let known: [String: FunctionSpecification]
  private var policy: SimulationPolicy
  private var faults: [(line: Int, text: String)] = []

  /// Reads a text.
  /// - Parameters:
  ///   - text: the YAML.
  ///   - file: how errors and, without a name of its own, reports name it.
  ///   - functions: the functions that there are.
  /// - Throws: `Fault` with every fault found.
  static func read(_ text: String, file: String, functions: [FunctionSpecification]) throws -> SimulationPolicy {
    var reader = PolicyFile(file: file, functions: functions)
    do {
      if let root = try Yams.compose(yaml: text) { reader.read(root) }
    } catch let error as YamlError {
      throw Fault(description: "\(file): not YAML: \(error)")
    }
    guard reader.faults.isEmpty else {
      let lines = reader.faults.sorted { $0.line < $1.line }.map { "\(file):\($0.line): \($0.text)" }
      throw Fault(description: lines.joined(separator: "\n"))
    }
    return reader.policy
  }

  private init(file: String, functions: [FunctionSpecification]) {
    self.file = file
    known = Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    policy = SimulationPolicy()
    let base = file.split(separator: "/").last.map(String.init) ?? file
    policy.name = base.split(separator: ".").first.map(String.init) ?? base
  }

  private mutating func fault(_ node: Node, _ text: String) {
    faults.append((node.mark?.line ?? 1, text))
  }

  private mutating func entries(_ node: Node, _ what: String) -> [(name: String, key: Node, value: Node)] {
    if node.scalar?.string.isEmpty == true { return [] }
    guard let mapping = node.mapping else {
      fault(node, "\(what): expected a map")
      return []
    }
    return mapping.map { key, value in (key.scalar?.string ?? "", key, value) }
  }

  private mutating func read(_ root: Node) {
    for (name, key, value) in entries(root, "a policy") {
      guard let knob = Self.knobs[name] else {
        fault(key, "unknown key \(name); expected one of \(Self.knobs.keys.sorted().joined(separator: ", "))")
        continue
      }
      take(knob, name, value)
    }
  }

  private mutating func take(_ knob: Knob, _ name: String, _ value: Node) {
    let text = value.scalar?.string
    switch knob {
    case .name:
      guard let text, !text.isEmpty else { return fault(value, "name: expected a text") }
      policy.name = text
    case .setting(let function, let setting, let range):
      guard let number = text.flatMap({ Int($0) }), range.contains(number) else {
        let bounds = "from \(range.lowerBound) to \(range.upperBound)"
        return fault(value, "\(name): expected a whole number \(bounds), found \(text ?? "something else")")
      }
      policy.environment[function, default: [:]][setting] = String(number)
    case .interval(let function):
      guard let seconds = text.flatMap({ Double($0) }), (0.1...86_400).contains(seconds) else {
        return fault(value, "\(name): expected seconds from 0.1 to 86400, found \(text ?? "something else")")
      }
      guard known[function] != nil else { return fault(value, "\(name): there is no function \(function)") }
      policy.intervals[function] = "\(Int((seconds * 1_000).rounded()))ms"
    case .toggle(let function):
      guard let text, text == "true" || text == "false" else {
        return fault(value, "\(name): expected true or false, found \(text ?? "something else")")
      }
      if text == "false" { return _ = policy.disabled.insert(function) }
      if known[function] == nil { fault(value, "\(name): there is no function \(function)") }
    case .declineShare:
      guard let share = text.flatMap({ Double($0) }), (0...1).contains(share) else {
        return fault(value, "\(name): expected a share from 0 to 1, found \(text ?? "something else")")
      }
      policy.declineShare = share
    case .functions:
      for (function, key, settings) in entries(value, name) { take(function, key, settings) }
    }
  }

  /// The settings of one function: `interval`, `enabled`, and any of its environment.
  private mutating func take(_ function: String, _ key: Node, _ settings: Node) {
    guard let specification = known[function] else {
      return fault(key, "unknown function \(function); expected one of \(known.keys.sorted().joined(separator: ", "))")
    }
    for (name, key, value) in entries(settings, function) {
      guard let text = value.scalar?.string else {
        fault(value, "\(function).\(name): expected a text or a number")
        continue
      }
      switch name {
      case "interval": policy.intervals[function] = text
      case "enabled":
        if text == "false" { policy.disabled.insert(function) }
        if text != "true", text != "false" {
          fault(value, "\(function).enabled: expected true or false, found \(text)")
        }
      case _ where specification.environment[name] != nil:
        policy.environment[function, default: [:]][name] = text
      default:
        let names = ["enabled", "interval"] + specification.environment.keys.sorted()
        fault(key, "unknown setting \(name) of \(function); expected one of \(names.joined(separator: ", "))")
      }
    }
  }
}
