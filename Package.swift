// swift-tools-version: 6.2
import PackageDescription

/// Every target compiles under the same rules; CI turns warnings into errors.
let rules: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let serviceContext: Target.Dependency = .product(name: "ServiceContextModule", package: "swift-service-context")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// The functions: folder below `functions/` and the name of its target.
let functions = [
  ("answer-offer", "AnswerOffer"),
  ("blocked-drivers", "BlockedDrivers"),
  ("driver-feed", "DriverFeed"),
  ("driver-shift", "DriverShift"),
  ("expire-offers", "ExpireOffers"),
  ("forecast-demand", "ForecastDemand"),
  ("location-ping", "LocationPing"),
  ("match-riders", "MatchRiders"),
  ("price-zones", "PriceZones"),
  ("quote-fare", "QuoteFare"),
  ("rebalance-fleet", "RebalanceFleet"),
  ("request-ride", "RequestRide"),
  ("ride-explain", "RideExplain"),
  ("ride-fare", "RideFare"),
  ("ride-lookup", "RideLookup"),
  ("ride-progress", "RideProgress"),
  ("rider-feed", "RiderFeed"),
  ("settle-fare", "SettleFare"),
  ("train-forecast", "TrainForecast"),
  ("zone-load", "ZoneLoadFunction"),
  ("zone-price", "ZonePrice"),
]

/// The scripts below `migrations/` that make the schema of the record, in their order.
let migrations = [
  "0001_record", "0002_books", "0003_outbox", "0004_history", "0005_commit", "0006_suggestions", "0007_next_ride",
  "0008_matching", "0009_models", "0010_surge", "0011_delivery", "0012_tariffs", "0013_money", "0014_positions",
  "0015_trace",
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: rules)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], exclude: [String] = [])
  -> Target
{
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: rules)
}

let functionTargets = functions.map { folder, name in
  Target.target(
    name: name,
    dependencies: ["FunctionKit", "DispatchAPI", "DispatchCore", "DispatchState", "HexGrid", logging],
    path: "functions/\(folder)",
    resources: [.embedInCode("function.yaml")],
    swiftSettings: rules)
}

let package = Package(
  name: "cabstand",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "cabstand", targets: ["cabstand"]),
    .library(name: "HexGrid", targets: ["HexGrid"]),
    .library(name: "FunctionKit", targets: ["FunctionKit"]),
    .library(name: "TriggerRuntime", targets: ["TriggerRuntime"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),

    library("HexGrid"),
    library("DispatchCore", ["HexGrid"]),
    library("DispatchState", ["DispatchCore", "HexGrid"]),
    library("DispatchAPI", ["FunctionKit", "DispatchState", "DispatchCore", "HexGrid"]),
    library("FunctionKit", [logging, serviceContext]),
    library(
      "TriggerRuntime",
      ["FunctionKit", nioCore, nioPosix, logging, metrics, serviceLifecycle, unixSignals, yams]),
    library("RedisClient", ["CHiredis", nioCore, nioPosix, logging, metrics, serviceLifecycle]),
    library("PostgresClient", ["CLibpq", logging, metrics, serviceLifecycle]),
    library(
      "RoutingClient",
      ["DispatchState", "DispatchCore", "HexGrid", "FunctionKit", nioCore, nioPosix, nioHTTP1, metrics]),
    library("EmbeddedStores", [logging]),
    library(
      "RedisState",
      ["DispatchState", "DispatchCore", "HexGrid", "FunctionKit", "RedisClient", logging, serviceLifecycle]),
    .target(
      name: "Migrations", path: "migrations", resources: migrations.map { .embedInCode("\($0).sql") },
      swiftSettings: rules),
    .target(
      name: "Tariffs", path: "tariffs",
      resources: ["nyc-2012", "nyc-2022", "nyc-driver-pay", "ride-hailing"].map { .embedInCode("\($0).yaml") },
      swiftSettings: rules),
    library(
      "PostgresState",
      ["DispatchState", "DispatchCore", "HexGrid", "FunctionKit", "PostgresClient", "Migrations", logging]),
    library(
      "Replay", ["DispatchState", "DispatchCore", "HexGrid", "FunctionKit", nioCore, nioPosix, nioHTTP1, logging]),
    .executableTarget(
      name: "cabstand",
      dependencies: [
        "DispatchAPI", "DispatchCore", "DispatchState", "FunctionKit", "TriggerRuntime", "RedisClient",
        "PostgresClient", "RoutingClient", "EmbeddedStores", "RedisState", "PostgresState", "Replay", "HexGrid",
        "Tariffs",
        nioCore, nioPosix, logging, metrics, serviceLifecycle, unixSignals, argumentParser, yams,
      ] + functions.map { .init(stringLiteral: $0.1) },
      resources: [.embedInCode("openapi.json")],
      swiftSettings: rules),
  ] + functionTargets + [
    tests("HouseTests", [yams]),
    tests("HexGridTests", ["HexGrid"], exclude: ["Vectors"]),
    tests("DispatchCoreTests", ["DispatchCore", "HexGrid"], exclude: ["Solver/Vectors"]),
    tests("DispatchAPITests", ["DispatchAPI", "FunctionKit", "DispatchState", "DispatchCore", "HexGrid"]),
    tests("FunctionKitTests", ["FunctionKit", logging]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    tests(
      "TriggerRuntimeTests",
      ["TriggerRuntime", "FunctionKit", "CAllocations", nioCore, nioPosix, logging, metrics, serviceLifecycle]),
    tests("RedisClientTests", ["RedisClient", "EmbeddedStores", nioCore, nioPosix, logging]),
    tests(
      "RoutingClientTests",
      [
        "RoutingClient", "DispatchState", "DispatchCore", "HexGrid", "FunctionKit", "EmbeddedStores", nioCore, nioPosix,
        nioHTTP1,
      ]),
    tests("PostgresClientTests", ["PostgresClient", "EmbeddedStores", logging]),
    tests(
      "StateConformanceTests",
      [
        "DispatchState", "DispatchCore", "HexGrid", "RedisState", "PostgresState", "RedisClient", "PostgresClient",
        "EmbeddedStores", "FunctionKit", "TriggerRuntime", nioPosix, logging, serviceLifecycle,
      ]),
    tests(
      "ReplayTests",
      [
        "Replay", "cabstand", "RoutingClient", "DispatchAPI", "DispatchCore", "Tariffs", "DispatchState", "FunctionKit",
        "HexGrid",
        nioCore, nioPosix, nioHTTP1, argumentParser,
      ]),
    tests(
      "FunctionTests",
      ["FunctionKit", "DispatchAPI", "DispatchCore", "DispatchState", "HexGrid", logging]
        + functions.map { .init(stringLiteral: $0.1) }),
    tests(
      "EndToEndTests", ["EmbeddedStores", "FunctionKit", "Replay", "HexGrid", nioCore, nioPosix, nioHTTP1],
      exclude: ["Feeds/demo-city.ndjson"]),
  ]
)
