internal import Glibc

/// One step of the schema: a script, run once, in the order of its number.
package struct PostgresMigration: Sendable, Hashable {
  /// The four digits at the start of the file's name.
  package let number: Int
  /// The file's name without `.sql`, such as `0003_rides`.
  package let name: String
  /// The script. It must not hold `BEGIN` or `COMMIT`: the migrator puts it into a transaction.
  package let sql: String

  /// Creates a migration.
  /// - Parameters:
  ///   - name: `NNNN_<what>`, with or without `.sql`; `what` in lower case letters, digits, `_` and `-`.
  ///   - sql: the script.
  /// - Throws: `migration` when the name has another form.
  package init(name: String, sql: String) throws(PostgresError) {
    let bare = name.hasSuffix(".sql") ? String(name.dropLast(4)) : name
    let digits = bare.prefix(4)
    let rest = bare.dropFirst(4)
    guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
      rest.first == "_", rest.utf8.count > 1,
      rest.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 45 })
    else { throw PostgresError(.migration, "\(name) is not named NNNN_what.sql") }
    self.number = number
    self.name = bare
    self.sql = sql
  }

  /// A fingerprint of the script (64-bit FNV-1a, 16 hexadecimal digits). It guards against accidents, not attackers.
  package var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Reads every `.sql` file of a folder, in the order of their names.
  ///
  /// Blocks for the few milliseconds of reading small local files; meant for the start of a command.
  /// - Throws: `migration` when the folder cannot be read or a file has a name of another form.
  package static func load(folder: String) throws(PostgresError) -> [PostgresMigration] {
    guard let handle = opendir(folder) else { throw PostgresError(.migration, "cannot read the folder \(folder)") }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".sql") { names.append(name) }
    }
    var migrations: [PostgresMigration] = []
    for name in names.sorted() {
      migrations.append(try PostgresMigration(name: name, sql: try text(of: "\(folder)/\(name)")))
    }
    return migrations
  }

  private static func text(of path: String) throws(PostgresError) -> String {
    guard let file = fopen(path, "re") else { throw PostgresError(.migration, "cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PostgresError(.migration, "\(path) is not UTF-8")
    }
    return text
  }
}
