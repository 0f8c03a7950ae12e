// swift-tools-version: 6.2
import PackageDescription

// The solver is package-access inside DispatchCore, so this package compiles the same files through a link
// (`Sources/DispatchSolver`) instead of depending on a product.
let package = Package(
  name: "solver-benchmark",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "DispatchSolver"),
    .target(name: "MallocCounter"),
    .executableTarget(name: "SolverBenchmark", dependencies: ["DispatchSolver", "MallocCounter"]),
  ]
)
