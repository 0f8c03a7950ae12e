import Glibc

/// Where an embedded server keeps its files.
package enum Directories {
  /// A Unix socket's path must fit into `sun_path` (108 bytes) with its terminating zero.
  package static let longestSocketPathBytes = 107

  /// Creates a directory and its missing parents, and gives the ones it created to `owner`.
  ///
  /// The directory itself gets `mode`; parents created on the way get 0755, so that `owner` can pass.
  /// - Throws: `EmbeddedStoreError` naming the path.
  package static func create(
    _ path: String, mode: UInt32 = 0o700, owner: UserAccount? = nil
  ) throws(EmbeddedStoreError) {
    var existing = stat()
    if stat(path, &existing) != 0 {
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        let parent = String(path[..<slash])
        if access(parent, F_OK) != 0 { try create(parent, mode: 0o755, owner: nil) }
      }
      if mkdir(path, mode) != 0 && errno != EEXIST { throw .init(.directory, failure("create", path)) }
    } else if existing.st_mode & S_IFMT != S_IFDIR {
      throw .init(.directory, "\(path) is not a directory")
    }
    if let owner, geteuid() == 0, chown(path, owner.userID, owner.groupID) != 0 {
      throw .init(.directory, failure("give to \(owner.name)", path))
    }
    if chmod(path, mode) != 0 { throw .init(.directory, failure("set the mode of", path)) }
  }

  /// The directory for a server's data: the wanted one, unless the server's user could not get to it.
  ///
  /// A clone below `/root` (mode 0700) is the usual case: the server runs as an unprivileged user who may not pass.
  /// Then the data goes to `/var/lib/cabstand/<hash of the wanted path>-<last component>`, the same on every start.
  /// - Parameters:
  ///   - wanted: an absolute path; it need not exist yet.
  ///   - user: whom the server runs as; `nil` means ourselves, who can always pass.
  package static func reachable(_ wanted: String, by user: UserAccount?) -> String {
    guard let user, user.userID != geteuid(), !canPass(user, to: wanted) else { return wanted }
    let name = wanted.split(separator: "/").last.map(String.init) ?? "data"
    return "/var/lib/cabstand/\(fingerprint(wanted))-\(name)"
  }

  /// A directory for Unix sockets whose paths are short enough: the wanted one, or else a private one below
  /// `$XDG_RUNTIME_DIR` or `/tmp`, the same on every start.
  /// - Parameters:
  ///   - wanted: the preferred directory.
  ///   - longestName: the longest file name that will be bound in it.
  package static func forSocket(_ wanted: String, longestName: String) -> String {
    if wanted.utf8.count + 1 + longestName.utf8.count <= longestSocketPathBytes { return wanted }
    let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
    if geteuid() != 0, let runtime, access(runtime, W_OK) == 0, runtime.utf8.count < 60 {
      return "\(runtime)/cabstand-\(fingerprint(wanted))"
    }
    return "/tmp/cabstand-\(geteuid())-\(fingerprint(wanted))"
  }

  /// Creates a private socket directory, or makes sure that an existing one is ours and nobody else's.
  ///
  /// In a world-writable place such as `/tmp` another user could have made the directory first.
  package static func createForSocket(_ path: String, owner: UserAccount?) throws(EmbeddedStoreError) {
    var existing = stat()
    if lstat(path, &existing) == 0 {
      let allowed = [geteuid(), owner?.userID ?? geteuid()]
      guard existing.st_mode & S_IFMT == S_IFDIR, allowed.contains(existing.st_uid) else {
        throw .init(.directory, "\(path) belongs to somebody else; remove it")
      }
    }
    try create(path, mode: 0o700, owner: owner)
  }

  /// Whether a user can pass through every existing parent of a path.
  package static func canPass(_ user: UserAccount, to path: String) -> Bool {
    var prefix = ""
    for component in path.split(separator: "/").dropLast() {
      prefix += "/\(component)"
      var info = stat()
      guard stat(prefix, &info) == 0 else { return true }  // We shall create the rest ourselves.
      let bit: UInt32 =
        info.st_uid == user.userID ? S_IXUSR : info.st_gid == user.groupID ? S_IXGRP : S_IXOTH
      if info.st_mode & bit == 0 { return false }
    }
    return true
  }

  /// A file's whole text, or `nil` when it cannot be read. For small files.
  package static func text(of path: String, limitBytes: Int = 1 << 20) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < limitBytes {
      let count = read(file, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The names in a directory, without `.` and `..`; none when it cannot be read.
  package static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes a directory and all below it, without following links.
  package static func remove(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR {
      for name in names(in: path) { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// Makes a path absolute, against the current directory.
  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  /// Sixteen hexadecimal digits that stand for a path (64-bit FNV-1a).
  package static func fingerprint(_ path: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func failure(_ what: String, _ path: String) -> String {
    "cannot \(what) \(path): \(String(cString: strerror(errno)))"
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
