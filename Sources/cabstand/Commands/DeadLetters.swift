import ArgumentParser
import FunctionKit
import PostgresState

/// `cabstand dlq`: events that triggers gave up.
struct DeadLetters: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dlq",
    abstract: "Look at events that triggers gave up; let them be tried again, or forget them.",
    discussion: """
      Works on the PostgreSQL of a running server (found through the data directory or the URL) or, where none runs, starts the private
      one for that time. What is redriven is tried within about a second by a server that runs the function: once, by the same trigger;
      where it fails again it comes back with its count.
      """,
    subcommands: [DeadLettersList.self, DeadLettersShow.self, DeadLettersRedrive.self, DeadLettersPurge.self])
}

/// `cabstand dlq list`: what there is.
struct DeadLettersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List dead letters, oldest first.")

  @OptionGroup var flags: DeadLetterFlags
  @Option(help: "Most to list, 1 to 10000.") var limit: Int = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else {
      throw ValidationError("--limit must be from 1 to 10000, found \(limit).")
    }
  }

  func run() async throws {
    var filter = try flags.filter
    filter.limit = limit
    let (flags, wanted) = (flags, filter)
    let letters = try await flags.withQueue { try await $0.letters(wanted) }
    Terminal.result(flags.json ? DeadLetterText.json(letters) : DeadLetterText.table(letters))
  }
}

/// `cabstand dlq show`: one of them, whole.
struct DeadLettersShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one dead letter with its event.",
    discussion: "Exits with 1 where there is none.")

  @OptionGroup var flags: DeadLetterFlags
  @Argument(help: "The dead letter's number.") var number: Int64

  func run() async throws {
    let (flags, filter) = (flags, DeadLetterFilter(ids: [number]))
    guard let letter = try await flags.withQueue({ try await $0.letters(filter) }).first else {
      Terminal.error("there is no dead letter \(number)")
      throw ExitCode(1)
    }
    Terminal.result(flags.json ? DeadLetterText.json(letter) : DeadLetterText.text(letter))
  }
}

/// `cabstand dlq redrive`: another attempt.
struct DeadLettersRedrive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redrive", abstract: "Let dead letters be tried once more.",
    discussion: "Needs a filter or --all. Those for which that was asked already are not counted again.")

  @OptionGroup var flags: DeadLetterFlags
  @Flag(help: "All of them.") var all = false

  func validate() throws { try flags.checkIsNarrow(or: all) }

  func run() async throws {
    let (flags, filter) = (flags, try flags.filter)
    let count = try await flags.withQueue { try await $0.redrive(filter) }
    Terminal.result(flags.json ? #"{"redriven":\#(count)}"# : "\(count) to be tried once more")
  }
}

/// `cabstand dlq purge`: forgets.
struct DeadLettersPurge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge", abstract: "Forget dead letters for ever.",
    discussion: "Needs a filter or --all. Those that a server is at are left alone.")

  @OptionGroup var flags: DeadLetterFlags
  @Flag(help: "All of them.") var all = false

  func validate() throws { try flags.checkIsNarrow(or: all) }

  func run() async throws {
    let (flags, filter) = (flags, try flags.filter)
    let count = try await flags.withQueue { try await $0.purge(filter) }
    Terminal.result(flags.json ? #"{"purged":\#(count)}"# : "\(count) forgotten")
  }
}
