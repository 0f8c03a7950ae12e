import ArgumentParser

/// The command: a subcommand per file in Commands/.
@main
struct Cabstand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cabstand",
    abstract: "Ride-hailing dispatch: serves driver and rider apps, matches, prices and settles.",
    discussion: """
      Without store URLs it runs its own private Redis and PostgreSQL below the data directory.
      Every option of a subcommand is listed by `cabstand help <subcommand>`.
      """,
    version: "0.1.0",
    subcommands: [
      Serve.self, Replay.self, Simulate.self, Train.self, Forecast.self, Models.self, Solve.self, Audit.self,
      Status.self, Functions.self, Explain.self, TariffCommand.self, LedgerCommand.self, FareCommand.self, Invoke.self,
      Record.self, TestFeed.self, Dev.self, New.self, DeadLetters.self, Migrate.self, Restart.self,
    ])
}
