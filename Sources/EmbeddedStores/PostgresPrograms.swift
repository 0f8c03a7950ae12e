import Glibc

/// Where PostgreSQL's programs are.
struct PostgresPrograms: Sendable {
  /// The folder of `initdb`, `postgres` and the rest.
  let folder: String
  /// The major version, such as 15.
  let version: Int

  /// Looks for the programs.
  /// - Parameter configured: the folder to use; `nil` searches the environment variable `CABSTAND_POSTGRES_BIN`,
  ///   `/usr/lib/postgresql/*/bin` (newest first) and `PATH`.
  static func find(_ configured: String?) throws(EmbeddedStoreError) -> PostgresPrograms {
    let wanted = configured ?? getenv("CABSTAND_POSTGRES_BIN").map { String(cString: $0) }
    if let wanted {
      guard let version = version(in: wanted) else {
        throw .init(.notInstalled, "there is no initdb and postgres in \(wanted)")
      }
      return PostgresPrograms(folder: wanted, version: version)
    }
    let installed = (9...40).reversed().lazy.map { "/usr/lib/postgresql/\($0)/bin" }
    let onPath = findExecutable("initdb").map { [parent($0)] } ?? []
    for folder in Array(installed) + onPath {
      if let version = version(in: folder) { return PostgresPrograms(folder: folder, version: version) }
    }
    throw .init(.notInstalled, "PostgreSQL is not installed (on Debian: apt install postgresql)")
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// The major version, or 0 when the folder holds the programs but does not tell.
  private static func version(in folder: String) -> Int? {
    guard access("\(folder)/initdb", X_OK) == 0, access("\(folder)/postgres", X_OK) == 0 else { return nil }
    let components = folder.split(separator: "/")
    return components.dropLast().last.flatMap { Int($0) } ?? 0
  }
}
