// swift-tools-version: 6.2
import PackageDescription

/// A program of its own on Cabstand's runtime; nothing in it knows of rides.
let package = Package(
  name: "netflow",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "netflow-host", targets: ["netflow-host"])],
  dependencies: [.package(name: "cabstand", path: "../..")],
  targets: [
    .target(
      name: "NetflowFunctions",
      dependencies: [.product(name: "FunctionKit", package: "cabstand")],
      resources: [.embedInCode("collect-flows.yaml"), .embedInCode("predict-overload.yaml")]),
    .executableTarget(
      name: "netflow-host",
      dependencies: [
        "NetflowFunctions", .product(name: "FunctionKit", package: "cabstand"),
        .product(name: "TriggerRuntime", package: "cabstand"),
      ]),
    .testTarget(
      name: "NetflowTests",
      dependencies: [
        "NetflowFunctions", .product(name: "FunctionKit", package: "cabstand"),
        .product(name: "TriggerRuntime", package: "cabstand"),
      ]),
  ],
  swiftLanguageModes: [.v6])
