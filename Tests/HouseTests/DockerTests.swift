import Foundation
import Testing
import Yams

/// What can be known of the container files without an engine.
@Suite("docker/")
struct DockerTests {
  @Test("Everything that the Dockerfile copies exists and gets past .dockerignore")
  func copies() throws {
    let sources = try Self.instructions().filter { $0.name == "COPY" && !$0.words.contains { $0.hasPrefix("--from=") } }
      .flatMap { $0.words.dropLast() }
    #expect(!sources.isEmpty)
    let ignore = try Project.text(".dockerignore").split(separator: "\n").map(String.init)
    try #require(ignore.first == "*", "everything is left out that is not let in")
    for source in sources {
      #expect(Project.exists(source), "the Dockerfile copies \(source), which is not there")
      #expect(ignore.contains("!\(source)"), ".dockerignore leaves \(source) out")
    }
  }

  @Test("The image is built for the system that it runs on, and not as root")
  func stages() throws {
    let instructions = try Self.instructions()
    let bases = instructions.filter { $0.name == "FROM" }.compactMap(\.words.first)
    #expect(bases.count == 2 && bases.allSatisfy { $0.contains("bookworm") })
    #expect(instructions.last { $0.name == "USER" }?.words.first.map { $0 != "root" && $0 != "0" } == true)
    #expect(instructions.contains { $0.name == "HEALTHCHECK" && $0.words.contains { $0.contains("/healthz") } })
  }

  @Test("The Debian packages exist")
  func packages() throws {
    let packages = try Self.instructions().filter { $0.name == "RUN" }.flatMap { Self.packages(in: $0.words) }
    #expect(Set(packages).isSuperset(of: ["libpq-dev", "libhiredis-dev", "libpq5", "libhiredis0.14"]))
    let lists = (try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/apt/lists")) ?? []
    let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    guard release.contains("bookworm"), lists.contains(where: { $0.contains("_Packages") }) else {
      print("skipped: needs Debian 12 with package lists (apt-get update)")
      return
    }
    for package in packages {
      guard let answer = try Command.run("apt-cache", ["show", "--no-all-versions", package]) else { return }
      #expect(answer.status == 0, "Debian 12 has no package \(package)")
    }
  }

  @Test("The compose file is sound: images or builds, health checks to wait for, volumes that are declared")
  func compose() throws {
    let document = try #require(try Yams.load(yaml: Project.text("docker/compose.yaml")) as? [String: Any])
    let services = try #require(document["services"] as? [String: [String: Any]])
    let volumes = Set((document["volumes"] as? [String: Any] ?? [:]).keys)
    #expect(services.keys.sorted() == ["cabstand", "postgres", "redis"])
    for (name, service) in services {
      #expect(service["image"] != nil || service["build"] != nil, "\(name) has neither image nor build")
      for (other, condition) in service["depends_on"] as? [String: [String: String]] ?? [:] {
        let awaited = try #require(services[other], "\(name) waits for \(other), which is not there")
        #expect(condition["condition"] != "service_healthy" || awaited["healthcheck"] != nil)
      }
      for mount in service["volumes"] as? [String] ?? [] {
        #expect(volumes.contains(String(mount.prefix { $0 != ":" })), "\(name): \(mount) is not declared")
      }
      for port in service["ports"] as? [String] ?? [] {
        #expect(port.hasPrefix("127.0.0.1:"), "\(name) publishes \(port) beyond this machine")
      }
    }
    let build = try #require(services["cabstand"]?["build"] as? [String: String])
    let dockerfile = try #require(build["dockerfile"])
    #expect(build["context"] == ".." && Project.exists(dockerfile))
    let environment = try #require(services["cabstand"]?["environment"] as? [String: String])
    #expect(environment.keys.sorted() == ["CABSTAND_POSTGRES_URL", "CABSTAND_REDIS_URL"])
  }

  private struct Instruction {
    let name: String
    let words: [String]
  }

  /// The Dockerfile's instructions, continued lines joined.
  private static func instructions() throws -> [Instruction] {
    try Project.text("docker/Dockerfile").replacing("\\\n", with: " ").split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { line in
        let words = line.split(separator: " ").map(String.init)
        return Instruction(name: words[0], words: Array(words.dropFirst()))
      }
  }

  /// What `apt-get install` is told to install.
  private static func packages(in words: [String]) -> [String] {
    guard let start = words.firstIndex(of: "install"), words[..<start].last == "apt-get" else { return [] }
    return words[(start + 1)...].prefix { $0 != "&&" }.filter { !$0.hasPrefix("-") }
  }
}
