import ArgumentParser
import DispatchCore
import Logging

/// `cabstand audit`: checks the invariants of the design on the live stores.
struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the invariants on the live stores.",
    discussion: """
      Reads the stores of a running server (found through the data directory or the URLs) or, where none runs, starts the private
      stores for the time of the check. Exits with 1 where an invariant does not hold, with 2 where the check could not be made.
      """)

  @OptionGroup var stores: StoreOptions
  @OptionGroup var regions: RegionOptions
  @OptionGroup var logs: LogOptions
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let logger = try logs.logger("audit")
    let report: AuditRun.Report
    do {
      let set = try await StoreSet.real(
        ServerFile.attach(stores), migrates: false, logger: logger)
      do {
        if let url = set.postgresURL { try await MigrationRun.check(url, logger: logger) }
        report = try await AuditRun(stores: set, regions: regions.map).run()
      } catch {
        await set.stop()
        throw error
      }
      await set.stop()
    } catch {
      Terminal.error("the audit could not be made: \(error)")
      throw ExitCode(2)
    }
    print(json ? report.json : report.text)
    if !report.violations.isEmpty { throw ExitCode(1) }
  }
}
