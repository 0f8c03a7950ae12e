public import FunctionKit

extension TriggerRuntime {
  /// How the traffic of every function is shared among its versions, by the functions' names.
  public var versionReports: [VersionReport] {
    functions.sorted { $0.name < $1.name }.compactMap { versionReport($0.name) }
  }

  /// How the traffic of a function is shared among its versions.
  /// - Parameter function: the function's name.
  /// - Returns: nil where no function has that name.
  public func versionReport(_ function: String) -> VersionReport? { try? keeper().report(function) }

  /// Gives a version of a function a share of the traffic, on all instances; takes it from the stable version, or gives it back.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - version: the version.
  ///   - percent: its share of the keys, 0 to 100; nil leaves it.
  ///   - remote: where a version lives that function.yaml does not know.
  /// - Returns: how traffic is shared then.
  /// - Throws: `FunctionError` where there is no such version, or the stable one has not as much to give.
  @discardableResult
  public func setWeight(
    of function: String, version: String, percent: Double?, remote: RemoteVersion? = nil
  ) async throws -> VersionReport {
    try await keeper().setWeight(function, version, percent: percent, remote: remote)
    return try report(function)
  }

  /// Makes a version the stable one, with all traffic, on all instances.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - version: the version.
  /// - Returns: how traffic is shared then.
  /// - Throws: `FunctionError` where there is no such version.
  @discardableResult
  public func promote(_ function: String, version: String) async throws -> VersionReport {
    try await keeper().promote(function, version)
    return try report(function)
  }

  /// Takes all traffic from the versions that are not stable; where none has any, goes back to the stable version before.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - reason: why, for people.
  /// - Returns: how traffic is shared then.
  /// - Throws: `FunctionError` where there is nothing to go back to.
  @discardableResult
  public func rollBack(_ function: String, reason: String = "by hand") async throws -> VersionReport {
    try await keeper().rollBack(function, reason: reason)
    return try report(function)
  }

  private func report(_ function: String) throws -> VersionReport {
    guard let report = versionReport(function) else { throw InvocationError.unknownFunction }
    return report
  }

  /// Begins to write down what functions see, on all instances; a recording that runs is replaced.
  package func startRecording(_ order: RecordingOrder) async throws { try await recorder.start(order) }

  /// Ends the recording.
  package func stopRecording() async throws { try await recorder.stop() }

  /// What is being written down; nil where nothing is.
  package func recordingOrder() async throws -> RecordingOrder? { try await recorder.order() }

  /// Lines of a recording, and how many were lost.
  package func recordedLines(
    _ id: String, from start: Int, limit: Int
  ) async throws -> (lines: [[UInt8]], dropped: Int64) {
    try await recorder.lines(id, from: start, limit: limit)
  }
}
