// swift-tools-version: 6.2
import Foundation
import PackageDescription

// A package of its own so that the main one builds without it. Its other targets are links into the main package,
// because a package cannot use what another keeps to itself.
let rules: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let serviceContext: Target.Dependency = .product(name: "ServiceContextModule", package: "swift-service-context")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: rules)
}

/// The scripts of the schema, whichever there are.
let migrations = try FileManager.default.contentsOfDirectory(atPath: Context.packageDirectory + "/Sources/Migrations")
  .filter { $0.hasSuffix(".sql") }.sorted()

let package = Package(
  name: "settlement-benchmark",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    library("HexGrid"),
    library("DispatchCore", ["HexGrid"]),
    library("DispatchState", ["DispatchCore", "HexGrid"]),
    library("FunctionKit", [logging, serviceContext]),
    library("DispatchAPI", ["FunctionKit", "DispatchState", "DispatchCore", "HexGrid"]),
    library("PostgresClient", ["CLibpq", logging, metrics, serviceLifecycle]),
    library("EmbeddedStores", [logging]),
    .target(name: "Migrations", resources: migrations.map { .embedInCode($0) }, swiftSettings: rules),
    library("PostgresState", ["DispatchState", "DispatchCore", "HexGrid", "PostgresClient", "Migrations", logging]),
    .target(
      name: "SettleFare", dependencies: ["FunctionKit", "DispatchAPI", "DispatchCore", "DispatchState", "HexGrid", logging],
      resources: [.embedInCode("function.yaml")], swiftSettings: rules),
    .executableTarget(
      name: "SettlementBenchmark",
      dependencies: [
        "SettleFare", "PostgresState", "PostgresClient", "EmbeddedStores", "FunctionKit", "DispatchAPI", "DispatchState",
        "DispatchCore", logging,
      ],
      swiftSettings: rules),
  ])
