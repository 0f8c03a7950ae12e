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

  static func spawn(
    _ configuration: ChildProcess.Configuration
  ) throws(EmbeddedStoreError) -> (processID: Int32, lifeline: Int32) {
    let program = try changingUser(configuration.runAs) + [configuration.executable] + configuration.arguments
    let arguments =
      [
        "-c", script, "cabstand-child", String(configuration.orphanSignal),
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

    do {
      let processID = try ProcessLaunch(
        program: "/bin/sh", arguments: arguments, environment: configuration.environment,
        descriptors: [1: output, 2: output, 3: theirs], group: .session
      ).start()
      return (processID, ours)
    } catch {
      close(ours)
      throw error
    }
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
