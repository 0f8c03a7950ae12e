import Glibc

/// Creates the process, its output file and its lifeline.
enum ChildProcessLaunch {
  /// What the launching shell runs. Arguments: signal, grace in seconds, directory, then the program and its arguments.
  ///
  /// The watchdog closes the output file, so it never keeps a log alive. Descriptor 3 is the lifeline.
  private static let script = """
    signal=$1; grace=$2; folder=$3; shift 3
    cd "$folder" || exit 126
    ( (
        if read -r line <&3; then exit 0; fi
        kill -s "$signal" $$ 2>/dev/null || exit 0
        tries=$((grace * 10))
        while [ "$tries" -gt 0 ] && kill -0 $$ 2>/dev/null; do sleep 0.1; tries=$((tries - 1)); done
        kill -s KILL $$ 2>/dev/null
      ) >/dev/null 2>&1 & )
    exec "$@" 3<&-
    """

  /// `POSIX_SPAWN_SETSID`, which the headers hide without `_GNU_SOURCE`.
  private static let setSessionFlag: Int16 = 0x80

  static func spawn(
    _ configuration: ChildProcess.Configuration
  ) throws(EmbeddedStoreError) -> (processID: Int32, lifeline: Int32) {
    let program = try changingUser(configuration.runAs) + [configuration.executable] + configuration.arguments
    let arguments =
      [
        "/bin/sh", "-c", script, "cabstand-child", String(configuration.orphanSignal),
        String(configuration.orphanGraceSeconds), configuration.workingDirectory,
      ] + program

    // A socket pair rather than a pipe: writing to it can be told not to raise SIGPIPE.
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .system("socketpair", errno)
    }
    let (ours, theirs) = (ends[0], ends[1])
    defer { close(theirs) }

    let output = open(configuration.outputPath ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard output >= 0 else {
      let code = errno
      close(ours)
      throw .system("open \(configuration.outputPath ?? "/dev/null")", code)
    }
    defer { close(output) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_adddup2(&actions, theirs, 3)
    // Sockets of ours without CLOEXEC would stay open in the server and keep ports and peers alive.
    for descriptor in openDescriptors() where descriptor > 3 && fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that we ignore or block would stay ignored or blocked in the child, which then could not be stopped.
    var every = sigset_t()
    sigfillset(&every)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | setSessionFlag)

    var processID: pid_t = 0
    let environment = configuration.environment.map { "\($0.key)=\($0.value)" }
    let failure = withCStrings(arguments) { argv in
      withCStrings(environment) { envp in
        posix_spawn(&processID, "/bin/sh", &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else {
      close(ours)
      throw .system("posix_spawn \(configuration.executable)", failure)
    }
    return (processID, ours)
  }

  /// The words to put before a program so that it runs as another user while keeping its process id.
  private static func changingUser(_ user: UserAccount?) throws(EmbeddedStoreError) -> [String] {
    guard let user, geteuid() == 0, user.userID != 0 else { return [] }
    if let setpriv = findExecutable("setpriv") {
      return [setpriv, "--reuid=\(user.userID)", "--regid=\(user.groupID)", "--init-groups", "--"]
    }
    for name in ["gosu", "su-exec"] {
      if let path = findExecutable(name) { return [path, user.name] }
    }
    throw .init(
      .cannotChangeUser, "to run as \(user.name), one of setpriv (util-linux), gosu or su-exec must be installed")
  }

  private static func openDescriptors() -> [Int32] { Directories.names(in: "/proc/self/fd").compactMap { Int32($0) } }

  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
      // A non-empty array always has a base address.
      withUnsafePointer(to: nil as UnsafeMutablePointer<CChar>?) { empty in body(buffer.baseAddress ?? empty) }
    }
  }
}

/// The absolute path of a program: looked up in `PATH`, then in the usual places.
package func findExecutable(_ name: String, in extra: [String] = []) -> String? {
  let path = getenv("PATH").map { String(cString: $0) } ?? ""
  let folders = extra + path.split(separator: ":").map(String.init)
  for folder in folders + ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"] {
    let candidate = "\(folder)/\(name)"
    if access(candidate, X_OK) == 0 { return candidate }
  }
  return nil
}
