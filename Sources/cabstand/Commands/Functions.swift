import ArgumentParser

/// `cabstand functions`: looks at the functions of a running server and changes how they run.
struct Functions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at the functions of a running server and change how they run.",
    subcommands: [FunctionsLogLevel.self])
}
