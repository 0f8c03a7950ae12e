import ArgumentParser

/// `cabstand models`: versions of what was learned of a region.
struct Models: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the versions of a region's model, choose which is live, roll back.",
    discussion: """
      Works on the stores of a running server (found through the data directory or the URLs), which takes the change up within
      seconds, or, where none runs, starts the private PostgreSQL for that time.
      """,
    subcommands: [
      ModelsList.self, ModelsImport.self, ModelsExport.self, ModelsActivate.self, ModelsRollback.self,
    ])
}

/// What every subcommand of `models` takes.
struct ModelsFlags: ParsableArguments, Sendable {
  @Argument(help: "The region, such as sf.") var region: String
  @OptionGroup var store: ModelStoreFlags
  @Flag(help: "Print one JSON object.") var json = false
}
