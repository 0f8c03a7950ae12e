import ArgumentParser
import DispatchCore
import Replay

/// `cabstand solve`: the optimum of a problem file.
struct Solve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the optimum of an assignment or flow problem.",
    discussion: """
      Takes an assignment problem of the OR-Library (the size, then the costs row by row) or a minimum-cost flow problem in the DIMACS
      format (lines of p, n and a), plain or gzip.
      """)

  @Argument(help: ArgumentHelp("The problem.", valueName: "file"))
  var file: String

  func run() async throws {
    let path = file
    let optimum = try await Blocking.run { try ProblemFile.optimum(of: try DatasetBytes.read(path: path), named: path) }
    Terminal.result(String(optimum))
  }
}
