// swift-tools-version: 6.2
import PackageDescription

// A package of its own so that the main one builds without it. Its other targets are links into the main package,
// because a package cannot use what another keeps to itself.
let rules: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let serviceContext: Target.Dependency = .product(name: "ServiceContextModule", package: "swift-service-context")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: rules)
}

let package = Package(
  name: "runtime-benchmark",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    library("FunctionKit", [logging, serviceContext]),
    library("TriggerRuntime", ["FunctionKit", nioCore, nioPosix, logging, metrics, serviceLifecycle, yams]),
    .target(name: "CAllocations"),
    .executableTarget(
      name: "RuntimeBenchmark", dependencies: ["TriggerRuntime", "FunctionKit", "CAllocations", logging, metrics],
      swiftSettings: rules),
  ])
