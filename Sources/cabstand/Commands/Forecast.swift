import ArgumentParser
import DispatchCore
import Replay

/// `cabstand forecast`: how well a model foretells trips that it was not trained on.
struct Forecast: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell how far a model is off on recorded trips.",
    discussion: """
      The next 15, 30 and 60 minutes are forecast from the beginning of each quarter of an hour, by what was known then: the model and the
      requests before. Beside it stand what came last week at the same time and what came in the last quarter. Travel times are compared
      trip by trip.
      """)

  @Option(help: ArgumentHelp("A model that train wrote.", valueName: "file"))
  var model: String
  @Option(help: ArgumentHelp("Trips that it was not trained on, CSV, plain or gzip.", valueName: "file"))
  var trips: String
  @OptionGroup var days: DayRange
  @Flag(help: "Print the errors as one JSON object.")
  var json = false

  func run() async throws {
    let (modelPath, tripsPath, days) = (model, trips, days)
    let report = try await Blocking.run {
      let city = try ModelFile.read(modelPath)
      return ForecastReport(city, try days.trips(of: try TripFile.read(path: tripsPath)))
    }
    Terminal.result(json ? report.json : report.table)
  }
}

/// Reads model files.
enum ModelFile {
  /// The model of a file; blocks.
  /// - Throws: `ValidationError` with the line that is wrong.
  static func read(_ path: String) throws -> CityModel {
    guard let bytes = TextFile.bytes(at: path) else { throw ValidationError("The model \(path) cannot be read.") }
    do {
      return try CityModel(text: bytes)
    } catch {
      throw ValidationError("The model \(path) cannot be used: \(error).")
    }
  }
}
