import FunctionKit

/// Reads the `spec` of a function.yaml.
struct FunctionReader {
  /// Resolves `value` or `valueFrom` among the fields of a map.
  let value: ([String: SpecificationCursor]) -> String?

  private static let known = [
    "description", "disable", "handler", "runtime", "version", "alias", "env", "eventTimeout", "loggerSinks",
    "dataBindings", "triggers", "resources", "minReplicas", "maxReplicas", "retries",
  ]

  func read(_ spec: SpecificationCursor, name: String) -> FunctionSpecification? {
    let fields = spec.fields(Self.known)
    guard let handlerField = fields["handler"] else {
      spec.report("handler is missing; expected the name of a registered function")
      return nil
    }
    var specification = FunctionSpecification(name: name, handler: handlerField.name() ?? "")
    specification.description = fields["description"]?.string() ?? ""
    specification.isDisabled = fields["disable"]?.boolean() ?? false
    specification.version = fields["version"]?.name() ?? "1"
    if let runtime = fields["runtime"], let text = runtime.string(), !["swift", "swift:6"].contains(text) {
      runtime.report("expected swift, found \"\(text)\"")
    }
    _ = fields["alias"]?.name()
    var places = SpecificationPlaces()
    _ = fields["resources"]?.attribute("resources", &places)
    _ = fields["minReplicas"]?.integer(in: 0...10_000)
    _ = fields["maxReplicas"]?.integer(in: 0...10_000)
    if let timeout = fields["eventTimeout"], let duration = timeout.duration() {
      if duration > .zero { specification.eventTimeout = duration } else { timeout.report("must be above zero") }
    }
    specification.environment = environment(fields["env"])
    specification.loggerSinks = fields["loggerSinks"]?.elements().compactMap(loggerSink) ?? []
    for (name, cursor) in fields["dataBindings"]?.entries() ?? [] {
      specification.dataBindings[name] = dataBinding(cursor)
    }
    for (name, cursor) in fields["retries"]?.entries() ?? [] {
      specification.retries[name] = DeliveryReader.policy(cursor)
    }
    for (name, cursor) in fields["triggers"]?.entries() ?? [] {
      specification.triggers[name] = TriggerReader().read(cursor)
    }
    return specification
  }

  private func environment(_ cursor: SpecificationCursor?) -> [String: String] {
    var environment: [String: String] = [:]
    for element in cursor?.elements() ?? [] {
      let fields = element.fields(["name", "value", "valueFrom"])
      guard let nameField = fields["name"], let name = nameField.name() else {
        if fields["name"] == nil { element.report("name is missing") }
        continue
      }
      if environment[name] != nil { nameField.report("\(name) is there twice") }
      if fields["value"] == nil, fields["valueFrom"] == nil { element.report("value or valueFrom is missing") }
      environment[name] = value(fields) ?? ""
    }
    return environment
  }

  private func loggerSink(_ cursor: SpecificationCursor) -> LoggerSink? {
    let fields = cursor.fields(["level", "sink"])
    let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    var level = "info"
    if let field = fields["level"], let text = field.string() {
      // nuclio's word for warning.
      level = text == "warn" ? "warning" : text
      if !levels.contains(level) {
        field.report("expected one of \(levels.joined(separator: ", ")), found \"\(text)\"")
      }
    }
    return LoggerSink(level: level, sink: fields["sink"]?.name() ?? "default")
  }

  private func dataBinding(_ cursor: SpecificationCursor) -> DataBindingSpecification {
    let fields = cursor.fields(["name", "class", "kind", "url", "path", "query", "secret", "attributes"])
    var binding = DataBindingSpecification(bindingClass: "")
    switch (fields["class"], fields["kind"]) {
    case (let field?, nil), (nil, let field?): binding.bindingClass = field.name() ?? ""
    case (nil, nil): cursor.report("class is missing; expected memory, redis, postgres or auto")
    case (.some, let kind?): kind.report("expected either class or kind, found both")
    }
    _ = fields["name"]?.name()
    binding.attributes = fields["attributes"]?.strings() ?? [:]
    for name in ["path", "query", "secret"] {
      if let field = fields[name] { binding.attributes[name] = text(field) }
    }
    binding.url = fields["url"].flatMap(text)
    return binding
  }

  /// A scalar, or a map with `value` or `valueFrom`.
  private func text(_ cursor: SpecificationCursor) -> String? {
    guard cursor.isMap else { return cursor.isNull ? nil : cursor.string() }
    let fields = cursor.fields(["value", "valueFrom"])
    if fields.isEmpty { cursor.report("expected value or valueFrom") }
    return value(fields)
  }
}
