// swift-tools-version: 6.2
import PackageDescription

/// A program of its own on Cabstand's runtime; nothing in it knows of rides.
let package = Package(
  name: "netflow",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "netflow-host", targets: ["netflow-host"])],
  dependencies: [
    .package(name: "cabstand", path: "../.."),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(
      name: "NetflowFunctions",
      dependencies: [.product(name: "FunctionKit", package: "cabstand")],
      resources: [.embedInCode("collect-flows.yaml"), .embedInCode("predict-overload.yaml")]),
    .target(
      name: "NetflowBindings",
      dependencies: [
        .product(name: "FunctionKit", package: "cabstand"), .product(name: "RedisBindings", package: "cabstand"),
        .product(name: "TriggerRuntime", package: "cabstand"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]),
    .executableTarget(
      name: "netflow-host",
      dependencies: [
        "NetflowBindings", "NetflowFunctions", .product(name: "FunctionKit", package: "cabstand"),
        .product(name: "TriggerRuntime", package: "cabstand"),
      ]),
    .testTarget(
      name: "NetflowTests",
      dependencies: [
        "NetflowBindings", "NetflowFunctions", .product(name: "FunctionKit", package: "cabstand"),
        .product(name: "TriggerRuntime", package: "cabstand"),
      ]),
  ],
  swiftLanguageModes: [.v6])
