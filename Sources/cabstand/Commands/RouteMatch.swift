import FunctionKit

/// Finds the route of a function that a path belongs to.
enum RouteMatch {
  /// The values of the placeholders; nil where no route of the function matches.
  static func parameters(of path: String, in specification: FunctionSpecification) -> [String: String]? {
    for trigger in specification.triggers.values where trigger.kind == "http" {
      guard case .map(let ingresses)? = trigger.attributes["ingresses"] else { continue }
      for case .map(let ingress) in ingresses.values {
        guard case .list(let templates)? = ingress["paths"] else { continue }
        for case .scalar(let template) in templates {
          if let found = match(path, template) { return found }
        }
      }
    }
    return nil
  }

  private static func match(_ path: String, _ template: String) -> [String: String]? {
    let parts = path.split(separator: "/")
    let patterns = template.split(separator: "/")
    guard parts.count == patterns.count else { return nil }
    var found: [String: String] = [:]
    for (part, pattern) in zip(parts, patterns) {
      if pattern.hasPrefix("{"), pattern.hasSuffix("}") {
        found[String(pattern.dropFirst().dropLast())] = String(part)
      } else if part != pattern {
        return nil
      }
    }
    return found
  }
}
