import ArgumentParser
import Glibc

/// `cabstand new`: writes a new function's folder with its test and makes it known.
struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a new function: folder, function.yaml, code and test, known to the package.",
    discussion: """
      Works in a checkout of the sources. The function takes events of the type cabstand.<name>.requested.v1 at POST /v1/events and
      builds and passes its test at once; change it from there. Nothing that is there already is overwritten.
      """)

  @Argument(help: "The function's name: lower-case words with dashes, such as rate-driver.") var function: String
  @Option(help: ArgumentHelp("The checkout. Default: the current folder.", valueName: "folder")) var directory: String =
    "."

  func validate() throws {
    let words = function.split(separator: "-", omittingEmptySubsequences: false)
    let isName = words.allSatisfy { word in
      !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        && word.first?.isLetter == true
    }
    guard isName, function.utf8.count <= 40 else {
      throw ValidationError("A function's name is made of lower-case words with dashes, such as rate-driver.")
    }
  }

  func run() throws {
    let files = NewFunction(name: function)
    var writes: [(path: String, text: String)] = []
    for (path, text) in files.files {
      guard access("\(directory)/\(path)", F_OK) != 0 else { throw ValidationError("\(path) is there already.") }
      writes.append((path, text))
    }
    for (path, change) in files.changes {
      guard let text = TextFile.text(at: "\(directory)/\(path)") else {
        throw ValidationError(
          "\(path) is not there; run this in a checkout of the sources, or name one by --directory.")
      }
      guard let changed = change(text) else {
        throw ValidationError("\(path) has the function already, or no list of functions as it should have.")
      }
      writes.append((path, changed))
    }
    for folder in ["functions/\(function)", "Tests/FunctionTests/\(files.type)"] {
      mkdir("\(directory)/\(folder)", 0o755)
    }
    for (path, text) in writes {
      guard TextFile.write(Array(text.utf8), to: "\(directory)/\(path)") else {
        throw ValidationError("\(path) cannot be written.")
      }
      chmod("\(directory)/\(path)", 0o644)
      Terminal.result(path)
    }
    Terminal.note("Try it: swift test --filter \(files.type)Tests")
  }
}
