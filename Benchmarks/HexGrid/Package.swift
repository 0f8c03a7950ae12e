// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "hexgrid-bench",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "cabstand", path: "../..")],
  targets: [
    .executableTarget(
      name: "hexgrid-bench",
      dependencies: [.product(name: "HexGrid", package: "cabstand")],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")])
  ]
)
