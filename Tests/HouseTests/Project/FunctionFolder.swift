/// A folder below functions/.
struct FunctionFolder {
  /// The folder's name, which is also the function's, such as `quote-fare`.
  let name: String

  /// The path below the root.
  var path: String { "functions/\(name)" }

  /// The name of the SwiftPM target: the folder's in camel case, `QuoteFare`.
  ///
  /// `ZoneLoad` is a type of DispatchCore, so the module and handler type of that one are called `ZoneLoadFunction`.
  var module: String {
    let plain = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return plain == "ZoneLoad" ? "ZoneLoadFunction" : plain
  }

  /// All of them; empty where the folder cannot be read.
  static let all: [FunctionFolder] = ((try? Project.names(in: "functions")) ?? []).map(FunctionFolder.init)
}
