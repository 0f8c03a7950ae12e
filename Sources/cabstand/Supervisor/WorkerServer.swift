import DispatchCore
import DispatchState
import Logging
import RoutingClient
import ServiceLifecycle
import TriggerRuntime
import UnixSignals

/// A worker process: prepares everything, serves when it is told to, and ends when it is told to.
struct WorkerServer {
  let link: WorkerLink
  let command: Serve
  let map: RegionMap
  let engine: EngineURL?
  let logs: FunctionLogs
  let logger: Logger

  func run() async throws {
    // The end of this process is no fault from here on, whichever way it takes.
    defer { FaultHandler.disarm() }
    let orders = link.orders()
    // What needs no store is read while the supervisor looks after them.
    async let functions = ServerAssembly.specifications(command.options.functions)
    let resilience = try command.resilienceConfiguration()
    let metrics = PrometheusMetrics()
    var stores = command.stores
    // The limit is the server's, not each process's.
    stores.postgresConnectionsFlag = max(2, stores.postgresConnections / max(1, link.count))
    guard await isNext(.open, of: orders) else { return }
    let set = try await StoreSet.real(
      stores, migrates: false, gates: StoreGates(configuration: resilience, metrics: metrics), logger: logger)
    do {
      var http = command.events.configure(command.options.http)
      http.listeningSocket = WorkerLink.listener
      if let port = ListeningSocket.boundPort(WorkerLink.listener) {
        http.address = .tcp(host: command.options.resolvedHost, port: port)
      }
      let assembly = try await ServerAssembly(
        options: command.options, functions: try await functions, http: http, engine: engine, stores: set,
        configuration: DispatchConfiguration(regions: map), logs: logs, traces: command.traces, worker: link,
        resilience: resilience, metrics: metrics, logger: logger)
      try await assembly.runtime.prepare()
      link.say("ready")
      StartupCode.releaseSoon()
      if await isNext(.activate, of: orders) { try await serve(assembly, orders) }
    } catch {
      await end(set)
      throw error
    }
    await end(set)
  }

  private func end(_ set: StoreSet) async {
    await set.stop()
    await logs.flush()
  }

  /// Waits for the next order; false where it is another one, which is to end.
  private func isNext(_ expected: WorkerLink.Order, of orders: AsyncStream<WorkerLink.Order>) async -> Bool {
    for await order in orders { return order == expected }
    return false
  }

  private func serve(_ assembly: ServerAssembly, _ orders: AsyncStream<WorkerLink.Order>) async throws {
    var configuration = ServiceGroupConfiguration(
      services: assembly.named, gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    let group = ServiceGroup(configuration: configuration)
    // A signal comes from somebody who means this one only: others go on behind the socket.
    assembly.server.keepIdleConnections(for: WorkerLink.idleGrace)
    let link = link
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        while !Task.isCancelled, assembly.server.boundAddress == nil { try? await Task.sleep(for: .milliseconds(1)) }
        if assembly.server.boundAddress != nil {
          link.say("serving")
          StartupCode.releaseSoon()
        }
        for await order in orders {
          switch order {
          case .open, .activate: break
          case .takeOver(let instanceID): await assembly.runtime.takeOver(from: instanceID)
          case .drain(let grace):
            assembly.server.keepIdleConnections(for: grace)
            await group.triggerGracefulShutdown()
          }
        }
      }
      try await tasks.next()
      tasks.cancelAll()
    }
  }
}
