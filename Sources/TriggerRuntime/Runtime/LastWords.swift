import ServiceLifecycle

/// What a service does at the end of the process.
enum LastWords {
  /// Waits for the end, then lets something go out that may take only so long.
  /// - Parameters:
  ///   - limit: how long at most.
  ///   - flush: what goes out.
  static func say(within limit: Duration, _ flush: @escaping @Sendable () async -> Void) async {
    try? await gracefulShutdown()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await flush() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
