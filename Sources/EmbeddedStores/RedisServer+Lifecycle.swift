import Glibc
import Logging

/// The steps of a start.
extension RedisServer {
  /// How often a starting server is looked at: it is ready within some 10 ms.
  private static let pollInterval = Duration.milliseconds(1)

  private var pidPath: String { "\(directory)/redis.pid" }

  private var settingArguments: [String] {
    let persistent = configuration.durability == .appendOnlyFile
    var settings = [
      "port": "\(configuration.port)", "bind": "127.0.0.1", "protected-mode": "yes",
      "unixsocket": socketPath, "unixsocketperm": "700",
      "dir": dataDirectory, "pidfile": pidPath, "daemonize": "no", "logfile": "",
      // Snapshots would only repeat what the append-only file holds.
      "save": "", "appendonly": persistent ? "yes" : "no", "appendfsync": "everysec",
      "aof-use-rdb-preamble": "yes", "aof-load-truncated": "yes",
      "maxmemory-policy": "noeviction", "tcp-keepalive": "60",
    ]
    settings.merge(configuration.settings) { _, given in given }
    return settings.sorted { $0.key < $1.key }.flatMap { ["--\($0.key)", $0.value] }
  }

  /// Starts the program and waits until it has read its data.
  func launch(_ program: String) async throws(EmbeddedStoreError) -> ChildProcess {
    rotateLog()
    let logStart = logSize()
    let deadline = ContinuousClock.now + configuration.startTimeout
    let child = try ChildProcess.start(
      .init(
        executable: program, arguments: settingArguments,
        environment: ["PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "TZ": "UTC"],
        outputPath: logPath))
    let probe = RedisProbe(socketPath: socketPath)
    while child.exitStatus == nil, ContinuousClock.now < deadline {
      if probe.isReady() { return child }
      // Cancellation must not leave a server behind that nobody owns, so the sleep's error only ends the loop.
      do { try await Task.sleep(for: Self.pollInterval) } catch { break }
    }
    let status = child.exitStatus
    await child.stop([.init(SIGTERM, patience: configuration.stopTimeout)])
    let why = Task.isCancelled ? "was cancelled" : status.map { "failed (\($0))" } ?? "timed out"
    throw .init(
      .startFailed, "the start of Redis \(why); its log \(logPath) ends with:\n\(logTail(from: logStart))")
  }

  /// Stops the server of a process that was killed.
  ///
  /// We hold the directory's lock, so whoever started that server is dead, and its watchdog is already stopping it.
  func stopLeftover() async throws(EmbeddedStoreError) {
    let line = Directories.text(of: pidPath, limitBytes: 64)?.split(separator: "\n").first
    if let process = line.flatMap({ Int32($0) }), process > 1, isOurs(process) {
      logger.notice("stopping a server left over by a killed process", metadata: ["pid": "\(process)"])
      for signal in [SIGTERM, SIGKILL] where isOurs(process) {
        guard kill(process, signal) == 0 || errno == ESRCH else { throw .system("kill \(process)", errno) }
        let deadline = ContinuousClock.now + configuration.stopTimeout
        while isOurs(process), ContinuousClock.now < deadline {
          do { try await Task.sleep(for: Self.pollInterval) } catch {
            throw .init(.startFailed, "cancelled while waiting for the old server to stop")
          }
        }
      }
      if isOurs(process) { throw .init(.inUse, "process \(process) runs on \(dataDirectory) and does not stop") }
    }
    unlink(pidPath)
    unlink(socketPath)
  }

  /// Whether a process is a server on our data directory, which is its working directory.
  private func isOurs(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 || errno == EPERM, let folder = realpath("/proc/\(process)/cwd", nil) else {
      return false
    }
    defer { free(folder) }
    guard let ours = realpath(dataDirectory, nil) else { return false }
    defer { free(ours) }
    return strcmp(folder, ours) == 0
  }

  /// Keeps one old log, so that it cannot fill the disk.
  private func rotateLog() {
    if logSize() > 8 << 20 { rename(logPath, "\(logPath).1") }
  }

  private func logSize() -> Int {
    var info = stat()
    return stat(logPath, &info) == 0 ? Int(info.st_size) : 0
  }

  private func logTail(from start: Int) -> String {
    let text = Directories.text(of: logPath, limitBytes: 16 << 20) ?? ""
    return String(decoding: Array(text.utf8.dropFirst(start).suffix(2000)), as: UTF8.self)
  }
}
