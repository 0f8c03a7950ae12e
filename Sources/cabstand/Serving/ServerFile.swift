import EmbeddedStores
import FunctionKit
import Glibc

/// What a running server leaves in its data directory for other commands to find: process, address, stores.
struct ServerFile: Sendable {
  var processID: Int32
  var address: String
  var redisURL: String?
  var postgresURL: String?
  /// How often the worker processes were replaced by new ones on purpose; nil where the server is one process.
  var generation: Int?

  private static func path(_ dataDirectory: String) -> String { "\(dataDirectory)/serve.json" }

  /// Leaves the file.
  func write(to dataDirectory: String) {
    if access(dataDirectory, F_OK) != 0 { try? Directories.create(dataDirectory, mode: 0o755) }
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("processId", processID)
        json.member("address", address)
        json.member("redisURL", redisURL)
        json.member("postgresURL", postgresURL)
        if let generation { json.member("generation", generation) }
      }
    }
    _ = TextFile.write(bytes, to: Self.path(dataDirectory))
  }

  /// Takes the file away, if it is this process's.
  static func remove(from dataDirectory: String) {
    if let file = read(dataDirectory, requireRunning: false), file.processID == getpid() { unlink(path(dataDirectory)) }
  }

  /// The file of the server that runs on a data directory; nil where none runs.
  static func read(_ dataDirectory: String, requireRunning: Bool = true) -> ServerFile? {
    guard let bytes = TextFile.bytes(at: path(dataDirectory)), let value = try? JSONValue(parsing: bytes),
      case .object(let members) = value, case .number(let number) = members["processId"],
      let processID = number.integer.flatMap({ Int32(exactly: $0) }), case .string(let address) = members["address"]
    else { return nil }
    if requireRunning, kill(processID, 0) != 0, errno == ESRCH { return nil }
    var file = ServerFile(processID: processID, address: address)
    if case .string(let url) = members["redisURL"] { file.redisURL = url }
    if case .string(let url) = members["postgresURL"] { file.postgresURL = url }
    if case .number(let number) = members["generation"] {
      file.generation = number.integer.flatMap { Int(exactly: $0) }
    }
    return file
  }

  /// The options with the stores of the server that runs on their data directory, where none are named.
  static func attach(_ options: StoreOptions) -> StoreOptions {
    guard let file = read(options.dataDirectory) else { return options }
    var options = options
    options.redisURLFlag = options.redisURL ?? file.redisURL
    options.postgresURLFlag = options.postgresURL ?? file.postgresURL
    return options
  }
}
