/// Which module may import which: the layers of the design, as a table.
enum ModuleRules {
  /// The C standard library under its names on the systems we know.
  static let cLibrary: Set<String> = ["Glibc", "Musl", "Darwin", "Android"]

  private static let domain: Set<String> = ["DispatchCore", "HexGrid"]
  private static let ports: Set<String> = domain.union(["DispatchState"])
  private static let nio: Set<String> = ["NIOCore", "NIOPosix", "NIOHTTP1"]
  private static let service: Set<String> = ["Logging", "Metrics", "CoreMetrics", "ServiceLifecycle"]
  private static let system: Set<String> = cLibrary.union(["Synchronization"])

  /// What each module of Sources/ may import. What is not named here is forbidden.
  static let allowed: [String: Set<String>] = [
    // Pure computation: nothing but arithmetic.
    "HexGrid": cLibrary,
    "DispatchCore": cLibrary.union(["HexGrid"]),
    // Ports and their reference in memory.
    "DispatchState": domain.union(["Synchronization"]),
    // What a function author sees.
    "FunctionKit": system.union(["Logging", "ServiceContextModule"]),
    // The JSON face that the functions share.
    "DispatchAPI": ports.union(["FunctionKit", "Synchronization"]),
    // Hosts functions without knowing what they do. Foundation for the calendars and time zones of cron alone.
    "TriggerRuntime": system.union(nio).union(service).union([
      "FunctionKit", "Foundation", "ServiceContextModule", "UnixSignals", "Yams",
    ]),
    // The only ones that see a C module besides the standard library.
    "RedisClient": system.union(service).union(["CHiredis", "NIOCore", "NIOPosix"]),
    "PostgresClient": system.union(service).union(["CLibpq", "Dispatch"]),
    // Talks HTTP to routing engines, and is a port on them.
    "RoutingClient": ports.union(nio).union(["FunctionKit", "Metrics", "Synchronization"]),
    "EmbeddedStores": system.union(["Dispatch", "Logging"]),
    // The ports on the real stores, each on its own client alone.
    "RedisState": ports.union(["RedisClient", "FunctionKit", "Logging", "ServiceLifecycle", "Synchronization"]),
    // What a package outside gets of Redis: bindings of functions, and nothing of the client.
    "RedisBindings": [
      "FunctionKit", "Logging", "NIOPosix", "RedisClient", "RedisState", "ServiceLifecycle", "Synchronization",
    ],
    "PostgresState": ports.union(["PostgresClient", "Migrations", "FunctionKit", "Logging", "Synchronization"]),
    "Replay": ports.union(nio).union(system).union(["FunctionKit", "Logging"]),
    // The command does the wiring, so it sees everything but C modules; signals come through the system's Dispatch.
    "cabstand": ports.union(nio).union(service).union(system).union(functionModules).union([
      "ArgumentParser", "Dispatch", "DispatchAPI", "EmbeddedStores", "FunctionKit", "PostgresClient", "PostgresState",
      "RedisClient", "RedisState", "Replay", "RoutingClient", "Tariffs", "TriggerRuntime", "UnixSignals", "Yams",
    ]),
    "CHiredis": [],
    "CLibpq": [],
  ]

  /// What a function may import: ports, never a store.
  static let allowedInFunctions: Set<String> = ports.union([
    "FunctionKit", "DispatchAPI", "Logging", "Synchronization",
  ])

  /// The modules below functions/.
  static let functionModules: Set<String> = Set(FunctionFolder.all.map(\.module))

  /// Modules that need no declaration in Package.swift: they come with the toolchain.
  static let fromToolchain: Set<String> = cLibrary.union(["Synchronization", "Dispatch", "Foundation", "Testing"])
}
