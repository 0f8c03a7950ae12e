// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "load-generator",
  platforms: [.macOS(.v15)],
  targets: [
    // The system's epoll, which Glibc's module leaves out.
    .systemLibrary(name: "CEpoll"),
    .executableTarget(
      name: "LoadGenerator",
      dependencies: ["CEpoll"],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
  ])
