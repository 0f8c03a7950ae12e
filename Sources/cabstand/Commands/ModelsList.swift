import ArgumentParser
import DispatchAPI
import DispatchCore
import FunctionKit

/// `cabstand models list`: the versions of a region.
struct ModelsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the versions of a region, newest first.")

  @OptionGroup var flags: ModelsFlags

  func run() async throws {
    let region = try flags.store.region(flags.region)
    let list = try await flags.store.withDesk { desk, _ in try await desk.list(region) }
    Terminal.result(flags.json ? ModelText.json { $0.modelList(list) } : ModelText.table(list))
  }
}

/// Versions of models, to print.
enum ModelText {
  static func json(_ write: (inout JSONWriter) -> Void) -> String {
    String(decoding: JSONWriter.bytes(write), as: UTF8.self)
  }

  static func use(_ use: ModelUse) -> String {
    guard let live = use.live else { return "\(use.region): no version is live" }
    let candidate = use.candidate.map { ", version \($0) in \(use.candidateSharePercent) % of the zones" } ?? ""
    return "\(use.region): version \(live) is live\(candidate)"
  }

  static func table(_ list: ModelList) -> String {
    let rows = list.versions.map { version in
      "\(version.number)  \(list.use.state(of: version.number).rawValue)  \(version.origin.rawValue)  "
        + "made \(RFC3339.text(version.madeAt)), learned from \(version.requests) requests from "
        + "\(RFC3339.text(version.trainedFrom)) to \(RFC3339.text(version.trainedTo)), \(version.bytes) bytes"
    }
    return ([use(list.use)] + rows).joined(separator: "\n")
  }
}
