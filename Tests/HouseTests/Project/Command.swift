import Foundation

/// Runs programs.
enum Command {
  struct Answer {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Where a program is.
  /// - Returns: nil where it is not on the PATH.
  static func path(of program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program in the root of the project and waits for it. Its output goes through files, so it may be long.
  /// - Returns: nil where it is not on the PATH.
  static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Answer? {
    guard let path = path(of: program) else { return nil }
    let folder = FileManager.default.temporaryDirectory.appending(path: "house-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["output", "errors"].map { folder.appending(path: $0) }
    for file in files { try Data().write(to: file) }

    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: Project.root)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    return Answer(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}

extension Command {
  /// Whether a file of the project may be executed.
  /// - Parameter path: relative to the root.
  static func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "\(Project.root)/\(path)")
  }
}
