import Foundation

/// The committed optima of `Vectors/generate.py`.
enum SolverVectors {
  struct Line {
    let kind: InstanceKind
    let seed: UInt64
    /// `nil`: there is no answer.
    let optimum: Int64?
  }

  static func read(_ name: String) throws -> [Line] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name).txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, let kind = InstanceKind(rawValue: String(fields[0])), let seed = UInt64(fields[1]),
        let optimum = fields[2] == "x" ? .some(nil) : Int64(fields[2]).map(Optional.some)
      else { throw CocoaError(.fileReadCorruptFile) }
      return Line(kind: kind, seed: seed, optimum: optimum)
    }
  }
}
