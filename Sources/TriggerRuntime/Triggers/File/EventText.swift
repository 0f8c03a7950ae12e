import FunctionKit

/// Events that stand in files.
enum EventText {
  /// The delivery of a text that should be a CloudEvent in its JSON format; one that is none is to be given up, whole.
  static func delivery(_ id: String, _ bytes: [UInt8], source: String, maxBytes: Int) -> Delivery {
    let refused = Event(
      id: id, source: source, type: "cabstand.file.refused.v1", dataContentType: "application/octet-stream",
      body: bytes)
    guard bytes.count <= maxBytes else {
      return Delivery(
        id: id, event: refused,
        fault: FunctionError(.badInput, code: "eventTooLarge", "an event has at most \(maxBytes) bytes"))
    }
    do {
      return Delivery(id: id, event: try CloudEventsJSON.decode(bytes))
    } catch let error as FunctionError {
      return Delivery(id: id, event: refused, fault: error)
    } catch {
      return Delivery(
        id: id, event: refused, fault: FunctionError(.badInput, code: "malformedEvent", "\(error)"))
    }
  }
}
