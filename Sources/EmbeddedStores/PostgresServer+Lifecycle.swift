import Glibc
import Logging

/// The steps of a start.
extension PostgresServer {
  private var environment: [String: String] {
    ["PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"]
  }

  /// Creates the cluster in a temporary folder and moves it into place, so a start that is killed half-way leaves
  /// nothing that looks like a cluster.
  func createCluster(_ programs: PostgresPrograms) async throws(EmbeddedStoreError) {
    logger.info("creating the database cluster")
    let fresh = "\(directory)/data.new"
    try await run("/bin/rm", ["-rf", fresh], "cannot remove a half-made cluster")
    var arguments = [
      "--pgdata=\(fresh)", "--username=\(Self.name)", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust",
      "--no-instructions",
    ]
    if configuration.durability == .test { arguments.append("--no-sync") }
    try await run("\(programs.folder)/initdb", arguments, "initdb failed")
    guard rename(fresh, dataDirectory) == 0 else { throw .system("rename \(fresh)", errno) }
  }

  /// Refuses a cluster of another major version with a message that says what to do.
  func checkVersion(_ programs: PostgresPrograms) throws(EmbeddedStoreError) {
    let text = Directories.text(of: "\(dataDirectory)/PG_VERSION") ?? ""
    guard let version = text.split(separator: "\n").first.flatMap({ Int($0) }) else { return }
    if programs.version != 0 && version != programs.version {
      throw .init(
        .startFailed,
        "\(dataDirectory) was made by PostgreSQL \(version) but \(programs.folder) has \(programs.version); "
          + "install \(version), or point CABSTAND_POSTGRES_BIN to it, or use another directory")
    }
  }

  /// Starts `postgres` and waits until it accepts connections.
  ///
  /// Right after a `SIGKILL` of the old server its backends may live for a moment and hold the shared memory; then
  /// PostgreSQL refuses, and one tries again.
  func launch(_ programs: PostgresPrograms) async throws(EmbeddedStoreError) -> ChildProcess {
    let clock = ContinuousClock()
    let deadline = clock.now + configuration.startTimeout
    while true {
      let logStart = logSize()
      let child = try ChildProcess.start(
        .init(
          executable: "\(programs.folder)/postgres", arguments: ["-D", dataDirectory] + settingArguments,
          environment: environment, outputPath: logPath, runAs: account, orphanSignal: SIGINT))
      while child.exitStatus == nil, clock.now < deadline {
        if isReady(child.processID) { return child }
        // Cancellation must not leave a server behind that nobody owns, so the sleep's error only ends the loop.
        do { try await Task.sleep(for: .milliseconds(4)) } catch { break }
      }
      let status = child.exitStatus
      await child.stop([.init(SIGINT, patience: configuration.stopTimeout)])
      let log = logTail(from: logStart)
      if status != nil, log.contains("pre-existing shared memory block"), clock.now < deadline {
        try? await Task.sleep(for: .milliseconds(50))
        if !Task.isCancelled { continue }
      }
      let why = Task.isCancelled ? "was cancelled" : status.map { "failed (\($0))" } ?? "timed out"
      throw .init(.startFailed, "the start of PostgreSQL \(why); its log \(logPath) ends with:\n\(log)")
    }
  }

  /// Creates our database once.
  func createDatabase(_ programs: PostgresPrograms) async throws(EmbeddedStoreError) {
    let marker = "\(dataDirectory)/cabstand.database"
    if access(marker, F_OK) == 0 { return }
    do throws(EmbeddedStoreError) {
      try await run(
        "\(programs.folder)/createdb",
        [
          "--host=\(socketDirectory)", "--port=\(Self.port)", "--username=\(Self.name)", "--no-password",
          "--maintenance-db=postgres", Self.name,
        ], "createdb failed")
    } catch {
      guard error.message.contains("already exists") else { throw error }
    }
    let file = open(marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if file >= 0 { close(file) }
  }

  /// Stops the server of a process that was killed, and removes the traces that would stop a new one.
  ///
  /// We hold the directory's lock, so whoever started that server is dead, and its watchdog is already stopping it.
  func stopLeftover() async throws(EmbeddedStoreError) {
    let pidFile = "\(dataDirectory)/postmaster.pid"
    if let process = firstLine(of: pidFile), isServer(process) {
      logger.notice("stopping a server left over by a killed process", metadata: ["pid": "\(process)"])
      for signal in [SIGINT, SIGQUIT, SIGKILL] where isServer(process) {
        guard kill(process, signal) == 0 || errno == ESRCH else { throw .system("kill \(process)", errno) }
        let clock = ContinuousClock()
        let deadline = clock.now + configuration.stopTimeout
        while isServer(process), clock.now < deadline {
          do { try await Task.sleep(for: .milliseconds(4)) } catch {
            throw .init(.startFailed, "cancelled while waiting for the old server to stop")
          }
        }
      }
      if isServer(process) { throw .init(.inUse, "process \(process) runs on \(dataDirectory) and does not stop") }
    }
    // Process ids are soon reused (after a restart of a container, at once), and PostgreSQL takes any living process
    // for its own; we know better.
    unlink(pidFile)
    unlink("\(socketDirectory)/.s.PGSQL.\(Self.port)")
    unlink("\(socketDirectory)/.s.PGSQL.\(Self.port).lock")
  }

  /// Whether a process is a PostgreSQL server on our data directory: the server makes it its working directory.
  private func isServer(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    guard let folder = realpath("/proc/\(process)/cwd", nil), let ours = realpath(dataDirectory, nil) else {
      return false
    }
    defer {
      free(folder)
      free(ours)
    }
    return strcmp(folder, ours) == 0
  }

  /// The server writes its state into the eighth line of its process id file.
  private func isReady(_ process: Int32) -> Bool {
    guard let text = Directories.text(of: "\(dataDirectory)/postmaster.pid", limitBytes: 4096) else { return false }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count >= 8 && Int32(lines[0]) == process && lines[7].hasPrefix("ready")
  }

  private func firstLine(of path: String) -> Int32? {
    guard let line = Directories.text(of: path, limitBytes: 4096)?.split(separator: "\n").first else { return nil }
    return Int32(line).flatMap { $0 > 1 ? $0 : nil }
  }

  private var settingArguments: [String] {
    let durable = configuration.durability == .full
    var settings = [
      "listen_addresses": "", "unix_socket_directories": socketDirectory, "unix_socket_permissions": "0700",
      "port": "\(Self.port)", "max_connections": "\(configuration.maxConnections)",
      "fsync": durable ? "on" : "off", "synchronous_commit": "on",
      "full_page_writes": durable ? "on" : "off",
      // One server, no replicas: less WAL, and COPY into a new table writes none.
      "wal_level": "minimal", "max_wal_senders": "0",
      // Small and quick: memory is touched only when used; short statements gain nothing from JIT or helpers.
      "shared_buffers": "64MB", "jit": "off", "max_parallel_workers_per_gather": "0", "max_wal_size": "512MB",
      "checkpoint_timeout": "15min", "log_timezone": "UTC", "timezone": "UTC", "log_checkpoints": "off",
      // A statement whose client has died is not carried on with.
      "client_connection_check_interval": "2s",
    ]
    settings.merge(configuration.settings) { _, given in given }
    return settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
  }

  private func logSize() -> Int {
    var info = stat()
    return stat(logPath, &info) == 0 ? Int(info.st_size) : 0
  }

  private func logTail(from start: Int) -> String {
    let text = Directories.text(of: logPath, limitBytes: 16 << 20) ?? ""
    return String(decoding: Array(text.utf8.dropFirst(start).suffix(2000)), as: UTF8.self)
  }

  private func run(_ program: String, _ arguments: [String], _ what: String) async throws(EmbeddedStoreError) {
    let output = "\(directory)/setup.log"
    unlink(output)
    let child = try ChildProcess.start(
      .init(
        executable: program, arguments: arguments, environment: environment, outputPath: output, runAs: account))
    let status = await child.waitForExit(within: configuration.startTimeout)
    guard let status, status.isSuccess else {
      await child.stop()
      throw .init(.startFailed, "\(what): \(Directories.text(of: output) ?? "no output")")
    }
    unlink(output)
  }
}
