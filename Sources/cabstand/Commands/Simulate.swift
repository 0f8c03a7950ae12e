import ArgumentParser
import Dispatch
import Glibc
import Replay

/// `cabstand simulate`: lives through a city day in virtual time, in this process.
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Live through a recorded or generated city day in virtual time.",
    discussion: """
      The same functions as serve hosts, on stores in memory, in one task: a day takes seconds, and equal files, policy and seed give
      equal bytes of the log of decisions. With several --policy the day is lived through under each, and the reports are put side by
      side. The invariants are checked at the end; the exit code is 1 where one does not hold.
      Progress goes to stderr, the report to stdout.
      """)

  @OptionGroup var flags: SimulateFlags
  @OptionGroup var regions: RegionOptions
  @Option(
    help: ArgumentHelp("Folder below which a function's function.yaml overrides the carried one.", valueName: "folder"))
  var functions: String?
  @Option(help: ArgumentHelp("Folder into which charts are written as SVG.", valueName: "folder"))
  var plot: String?
  @Option(
    name: .customLong("decision-log"),
    help: ArgumentHelp("File for every offer, answer, change of state and charge, in order.", valueName: "file"))
  var decisionLog: String?
  @Option(
    help: ArgumentHelp("File for the surge of every zone in every tick, as CSV.", valueName: "file"))
  var prices: String?
  @Option(
    help: ArgumentHelp("File for what the functions see and do, for test-feed.", valueName: "file"))
  var record: String?
  @Flag(help: "Print the report as one JSON object.") var json = false
  @Flag(help: "No progress.") var quiet = false

  func validate() throws {
    if flags.policy.count > 1, decisionLog != nil {
      throw ValidationError("--decision-log is for one policy at a time.")
    }
    if flags.policy.count > 1, record != nil { throw ValidationError("--record is for one policy at a time.") }
    if flags.policy.count > 1, prices != nil { throw ValidationError("--prices is for one policy at a time.") }
  }

  func run() async throws {
    let stop = StopSignals()
    let assembly = try SimulationAssembly(regions: regions.map, functions: functions)
    let policies = try policies(assembly)
    let flags = flags
    let (scenario, knowledge) = try await Self.blocking {
      let scenario = try flags.scenario()
      return (scenario, try flags.knowledge(for: scenario))
    }
    if !quiet { for note in scenario.notes { Terminal.note(note) } }
    var reports: [SimulationReport] = []
    for policy in policies {
      let run = self
      let task = Task { try await run.simulate(scenario, policy, knowledge, assembly) }
      let result = try await stop.cancelling(task)
      reports.append(result.report)
      if let plot { try draw(result, into: policies.count > 1 ? "\(plot)/\(policy.name)" : plot) }
      if result.report.replay.interrupted { break }
    }
    show(reports)
    if reports.contains(where: { $0.violationCount > 0 }) { throw ExitCode(1) }
  }

  private func policies(_ assembly: SimulationAssembly) throws -> [SimulationPolicy] {
    if flags.policy.isEmpty { return [SimulationPolicy()] }
    var policies: [SimulationPolicy] = []
    for file in flags.policy {
      guard let text = TextFile.text(at: file) else { throw ValidationError("The policy \(file) cannot be read.") }
      var policy = try PolicyFile.read(text, file: file, functions: assembly.specifications)
      let same = policies.count { $0.name == policy.name || $0.name.hasPrefix(policy.name + " ") }
      if same > 0 { policy.name += " \(same + 1)" }
      policies.append(policy)
    }
    return policies
  }

  private func simulate(
    _ scenario: Scenario, _ policy: SimulationPolicy, _ knowledge: DispatcherKnowledge,
    _ assembly: SimulationAssembly
  ) async throws -> SimulationResult {
    let priceFile = try prices.map { try LogFile($0) }
    priceFile?.write(Array(PriceLog.header.utf8))
    var takePrices: (@Sendable ([UInt8]) -> Void)?
    if let priceFile { takePrices = { priceFile.write($0) } }
    let feedFile = try record.map { try LogFile($0) }
    var takeFeed: (@Sendable ([UInt8]) -> Void)?
    if let feedFile { takeFeed = { feedFile.write($0) } }
    let parts = try await assembly.parts(
      for: scenario, policy: policy, knowledge: knowledge, prices: takePrices, record: takeFeed)
    let file = try decisionLog.map { try LogFile($0) }
    let log = DecisionLog(write: file.map { file in { file.write($0) } })
    let simulation = Simulation(
      scenario: scenario, options: flags.options(policy, isMapped: plot != nil), parts: parts, log: log)
    let printer = quiet ? nil : ProgressPrinter()
    let result = await simulation.run { printer?.show($0) }
    printer?.finish()
    try file?.close()
    try priceFile?.close()
    try feedFile?.close()
    return result
  }

  private func show(_ reports: [SimulationReport]) {
    if reports.count == 1, flags.policy.count < 2 {
      for report in reports { Terminal.result(json ? report.json : report.table) }
    } else {
      let comparison = PolicyComparison(reports)
      Terminal.result(json ? comparison.json : comparison.table)
    }
  }

  private func draw(_ result: SimulationResult, into folder: String) throws {
    mkdir(plot ?? folder, 0o755)
    mkdir(folder, 0o755)
    for (name, text) in SimulationCharts(result).all {
      guard TextFile.write(Array(text.utf8), to: "\(folder)/\(name).svg") else {
        throw ValidationError("The chart \(folder)/\(name).svg cannot be written.")
      }
    }
  }

  /// Runs something that blocks on a thread of its own.
  private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
  }
}
