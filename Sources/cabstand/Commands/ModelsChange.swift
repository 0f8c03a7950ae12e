import ArgumentParser
import DispatchAPI
import DispatchCore
import FunctionKit

/// `cabstand models activate`: puts a version in use.
struct ModelsActivate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate", abstract: "Put a version live, or give it a share of the zones.")

  @OptionGroup var flags: ModelsFlags
  @Argument(help: "The version's number.") var version: Int
  @OptionGroup var share: ModelShareFlag

  func run() async throws {
    let (version, share) = (version, share.percent)
    let region = try flags.store.region(flags.region)
    let use = try await flags.store.withDesk { desk, _ in
      try await desk.activate(version, sharePercent: share, in: region)
    }
    Terminal.result(flags.json ? ModelText.json { $0.modelUse(use) } : ModelText.use(use))
  }
}

/// `cabstand models rollback`: puts the former version live again.
struct ModelsRollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Put the version live again that was live before; rolling back twice leads back."
  )

  @OptionGroup var flags: ModelsFlags

  func run() async throws {
    let region = try flags.store.region(flags.region)
    let use = try await flags.store.withDesk { desk, _ in try await desk.rollBack(region) }
    Terminal.result(flags.json ? ModelText.json { $0.modelUse(use) } : ModelText.use(use))
  }
}
