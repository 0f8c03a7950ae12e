import Logging

/// Taking over from a process that is known to be gone, without waiting for its events to look abandoned.
extension DeliveryLoop {
  /// Takes over what a consumer had, as far as there is room.
  func takeOver(from consumer: String) async {
    do {
      try await source.release(consumer: consumer)
      await lookForAbandoned()
    } catch {
      workers.logger.warning(
        "events of a process that is gone come back only after a while",
        metadata: ["consumer": .string(consumer), "error": .string(String(describing: error))])
    }
  }
}

extension TriggerRuntime {
  /// Takes over the events that another process of this server had taken, which is known to be gone.
  /// - Parameter instanceID: the process's name among the instances.
  package func takeOver(from instanceID: String) async {
    await withTaskGroup(of: Void.self) { group in
      for loop in deliveryLoops {
        group.addTask { await loop.takeOver(from: instanceID) }
      }
    }
  }
}
