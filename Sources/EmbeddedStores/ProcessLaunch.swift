package import Glibc

/// A program to start: with nothing to read, with the descriptors that it is given and no others, and with signals as they are by default.
package struct ProcessLaunch: Sendable {
  /// What the process is the first of.
  package enum Group: Sendable {
    /// A session of its own, without a terminal.
    case session
    /// A group of its own in our session: a Ctrl-C in the terminal does not reach it.
    case processGroup
  }

  /// Absolute path of the program.
  package var program: String
  /// Its arguments, without the program's name.
  package var arguments: [String]
  /// The whole environment.
  package var environment: [String: String]
  /// Descriptors of ours by those that they are to be in the process, 1 and above.
  package var descriptors: [Int32: Int32]
  /// What the process is the first of.
  package var group: Group

  package init(
    program: String, arguments: [String], environment: [String: String], descriptors: [Int32: Int32], group: Group
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.descriptors = descriptors
    self.group = group
  }

  /// `POSIX_SPAWN_SETSID`, which the headers hide without `_GNU_SOURCE`.
  private static let setSessionFlag: Int16 = 0x80

  /// Starts it.
  /// - Returns: the process's id.
  /// - Throws: `EmbeddedStoreError` where the system refuses.
  package func start() throws(EmbeddedStoreError) -> pid_t {
    // Above where they go, so that none overwrites another.
    let sources = descriptors.map { (fcntl($0.value, F_DUPFD_CLOEXEC, 100), $0.key) }
    defer { for (source, _) in sources { close(source) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (source, target) in sources { posix_spawn_file_actions_adddup2(&actions, source, target) }
    // Sockets of ours without CLOEXEC would stay open in the process and keep ports and peers alive.
    let last = max(2, descriptors.keys.max() ?? 2)
    for descriptor in Directories.names(in: "/proc/self/fd").compactMap({ Int32($0) })
    where descriptor > last && fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that we ignore or block would stay ignored or blocked in the process, which then could not be stopped.
    var every = sigset_t()
    sigfillset(&every)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | groupFlag)

    var processID: pid_t = 0
    let failure = Self.withCStrings([program] + arguments) { argv in
      Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawn(&processID, program, &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else { throw .system("posix_spawn \(program)", failure) }
    return processID
  }

  private var groupFlag: Int16 {
    switch group {
    case .session: Self.setSessionFlag
    case .processGroup: Int16(POSIX_SPAWN_SETPGROUP)
    }
  }

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
