import FunctionKit

/// Reads one trigger of a function.yaml; what its `attributes` mean is for the trigger's kind to say.
struct TriggerReader {
  private static let known = [
    "kind", "class", "name", "disabled", "url", "numWorkers", "workerAvailabilityTimeoutMilliseconds",
    "workerTerminationTimeout", "batch", "partitions", "attributes", "delivery", "deduplicationSeconds", "retry",
    "maxAttempts", "deadLetter",
  ]

  /// Fields that nuclio has and that would be wrong to read past in silence.
  private static let unsupported = [
    "paths": "name the paths under attributes.ingresses",
    "username": "put credentials into the url, from the environment",
    "password": "put credentials into the url, from the environment",
    "secret": "put credentials into the url, from the environment",
    "workerAllocatorName": "every trigger has its own workers",
    "explicitAckMode": "delivery says when an event is acknowledged",
    "maxWorkers": "the field is named numWorkers",
  ]

  func read(_ cursor: SpecificationCursor) -> TriggerSpecification {
    let fields = cursor.fields(Self.known, unsupported: Self.unsupported)
    let kinds = TriggerKind.all.map(\.name)
    if fields["kind"] == nil { cursor.report("kind is missing; expected one of \(kinds.joined(separator: ", "))") }
    var trigger = TriggerSpecification(kind: fields["kind"]?.name() ?? "")
    if let kind = fields["kind"], !trigger.kind.isEmpty, !kinds.contains(trigger.kind) {
      kind.report("unknown kind \(trigger.kind); \(Suggestion.sentence(for: trigger.kind, in: kinds))")
    }
    trigger.places.places = ["": cursor.place].merging(fields.mapValues(\.place)) { $1 }
    trigger.delivery = DeliveryReader.delivery(fields)
    _ = fields["class"]?.string()
    _ = fields["name"]?.name()
    trigger.isDisabled = fields["disabled"]?.boolean() ?? false
    trigger.numWorkers = fields["numWorkers"]?.integer(in: 1...65_536) ?? 1
    if let milliseconds = fields["workerAvailabilityTimeoutMilliseconds"]?.integer(in: 0...86_400_000) {
      trigger.workerAvailabilityTimeout = .milliseconds(milliseconds)
    }
    if let duration = fields["workerTerminationTimeout"]?.duration() { trigger.workerTerminationTimeout = duration }
    if let batch = fields["batch"] { trigger.batch = self.batch(batch) }
    for (name, attribute) in fields["attributes"]?.entries() ?? [] {
      trigger.attributes[name] = attribute.attribute("attributes.\(name)", &trigger.places)
    }
    // nuclio has these two beside the attributes.
    for name in ["url", "partitions"] {
      guard let field = fields[name] else { continue }
      if trigger.attributes[name] != nil { field.report("is there twice, here and under attributes") }
      trigger.attributes[name] = field.attribute("attributes.\(name)", &trigger.places)
    }
    return trigger
  }

  private func batch(_ cursor: SpecificationCursor) -> BatchSpecification? {
    let fields = cursor.fields(["mode", "batchSize", "timeout"])
    var batch = BatchSpecification()
    var isEnabled = true
    if let mode = fields["mode"], let text = mode.string() {
      switch text {
      case "enable", "enabled": isEnabled = true
      case "disable", "disabled": isEnabled = false
      default: mode.report("expected enable or disable, found \"\(text)\"")
      }
    }
    batch.batchSize = fields["batchSize"]?.integer(in: 1...100_000) ?? batch.batchSize
    batch.timeout = fields["timeout"]?.duration() ?? batch.timeout
    return isEnabled ? batch : nil
  }
}
