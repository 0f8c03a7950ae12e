import ArgumentParser
import DispatchAPI
import DispatchCore
import FunctionKit

/// `cabstand models import`: a model file becomes a region's next version.
struct ModelsImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Keep a model that train wrote as the region's next version and put it in use.")

  @OptionGroup var flags: ModelsFlags
  @Argument(help: ArgumentHelp("The model.", valueName: "file")) var file: String
  @OptionGroup var share: ModelShareFlag

  func run() async throws {
    let (file, share) = (file, share.percent)
    let region = try flags.store.region(flags.region)
    let city = try await Blocking.run { try ModelFile.read(file) }
    let list = try await flags.store.withDesk { desk, now in
      _ = try await desk.publish(
        ModelDraft(city, text: city.text, of: region, origin: .imported, madeAt: now), sharePercent: share)
      return try await desk.list(region)
    }
    Terminal.result(flags.json ? ModelText.json { $0.modelList(list) } : ModelText.table(list))
  }
}

/// `cabstand models export`: writes a version to a file.
struct ModelsExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a version to a file, for `cabstand forecast` and `models import`.")

  @OptionGroup var flags: ModelsFlags
  @Argument(help: "The version's number.") var version: Int
  @Argument(help: ArgumentHelp("Where the model is written.", valueName: "file")) var file: String

  func run() async throws {
    let version = version
    let region = try flags.store.region(flags.region)
    let text = try await flags.store.withDesk { desk, _ in try await desk.text(version, in: region) }
    guard TextFile.write(text, to: file) else { throw ValidationError("The model \(file) cannot be written.") }
    let name = file
    Terminal.result(
      flags.json
        ? ModelText.json { json in
          json.object { json in
            json.member("model", name)
            json.member("version", version)
            json.member("bytes", text.count)
          }
        } : "\(name): version \(version) of \(region), \(text.count) bytes")
  }
}
