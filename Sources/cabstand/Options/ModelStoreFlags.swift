import ArgumentParser
import DispatchAPI
import DispatchCore

/// Where the versions of models are.
struct ModelStoreFlags: ParsableArguments, Sendable {
  @OptionGroup var stores: StoreOptions
  @OptionGroup var regions: RegionOptions
  @OptionGroup var logs: LogOptions

  /// The region of that id.
  func region(_ text: String) throws -> RegionID {
    let map = try regions.map
    guard let id = RegionID(text), map.region(id) != nil else {
      throw ValidationError(
        "There is no region \(text); there are \(map.regions.map(\.id.text).joined(separator: ", ")).")
    }
    return id
  }

  /// Does something with the versions of a running server (found through the data directory or the URL) or, where none runs, of the
  /// private PostgreSQL, which is started for that time.
  /// - Parameter body: gets the present city time too.
  func withDesk<Value: Sendable>(_ body: (ModelDesk, Timestamp) async throws -> Value) async throws -> Value {
    try await RecordAccess.run(stores, try logs.logger("models")) { record, now in try await body(ModelDesk(record), now) }
  }
}

/// How much a new version gets to do.
struct ModelShareFlag: ParsableArguments, Sendable {
  @Option(
    name: .customLong("share"),
    help: "Share of the zones that the version forecasts, in percent: 100 makes it live, 0 keeps it out of use.")
  var percent: Int = 100

  func validate() throws {
    guard (0...100).contains(percent) else { throw ValidationError("--share must be from 0 to 100, found \(percent).") }
  }
}
