import EmbeddedStores
import FunctionKit
import Glibc
import NIOCore
import Replay

/// What a supervised server has below it.
extension Server {
  /// The supervisor's children that serve the same command: its workers.
  var workers: [Int32] {
    get throws {
      let supervisor = try card.processID
      return Directories.names(in: "/proc").compactMap { name -> Int32? in
        guard let id = Int32(name), let status = Directories.text(of: "/proc/\(name)/stat") else { return nil }
        // Behind the name of the program, which may hold blanks: state, then the parent.
        let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, fields[0] != "Z", Int32(fields[1]) == supervisor else { return nil }
        let line = (Directories.text(of: "/proc/\(name)/cmdline") ?? "").split(separator: "\0")
        return line.dropFirst().first == "serve" ? id : nil
      }.sorted()
    }
  }

  /// The server's log so far.
  var log: String { Directories.text(of: "\(folder.path)/serve.log", limitBytes: 64 << 20) ?? "" }

  /// The lines of the log with a text.
  func lines(_ text: String) -> [Substring] { log.split(separator: "\n").filter { $0.contains(text) } }

  /// Makes a function of tests do something; nil where the connection was lost.
  func fault(_ json: String, headers: [(String, String)] = []) async throws -> HTTPReply? {
    let client = try client
    do {
      return try await client.send(
        HTTPCall(.post, "/v1/faults", body: .init(string: json), headers: headers, deadline: .seconds(60)))
    } catch {
      return nil
    }
  }
}
