import ArgumentParser
import DispatchCore
import FunctionKit
import Replay

/// `cabstand train`: learns a city model from recorded trips.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn demand and travel times from recorded trips.",
    discussion: """
      Reads completed trips and writes a model: expected requests by zone and time of the week, where rides end, and how long drives
      take. Equal files give equal bytes.
      """)

  @Option(help: ArgumentHelp("Trips to learn from, CSV, plain or gzip.", valueName: "file"))
  var history: String
  @Option(help: ArgumentHelp("Where the model is written.", valueName: "file"))
  var out: String
  @Flag(help: "Print what was learned as one JSON object.")
  var json = false

  func run() async throws {
    let path = history
    let (city, rows) = try await Blocking.run {
      let file = try TripFile.read(path: path)
      guard let city = CityModel(trainedOn: file) else {
        throw ValidationError("\(path) has no trip that something could be learned from.")
      }
      return (city, file.rows)
    }
    let text = city.text
    guard TextFile.write(text, to: out) else { throw ValidationError("The model \(out) cannot be written.") }
    let (zones, travelTimes) = (city.requests.zones.count, city.travelTime.trainedOn)
    guard json else {
      return Terminal.result(
        "\(out): learned from \(rows.taken) trips: \(zones) zones, \(travelTimes) travel times, \(text.count) bytes")
    }
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("model", out)
        json.member("trips", rows.taken)
        json.member("zones", zones)
        json.member("sites", city.sites.count)
        json.member("travelTimes", travelTimes)
        json.member("bytes", text.count)
      }
    }
    Terminal.result(String(decoding: bytes, as: UTF8.self))
  }
}

extension CityModel {
  /// Learns from a file of trips; the local time is that of its first trip.
  init?(trainedOn file: TripFile) {
    guard let first = file.trips.first else { return nil }
    let offset = file.zone.offsetSeconds(at: first.pickupMilliseconds / 1_000)
    let calendar = LocalCalendar(utcOffsetSeconds: Int(offset))
    guard let city = CityModel.trained(on: file.trips.lazy.compactMap { CompletedTrip($0) }, calendar: calendar)
    else { return nil }
    self = city
  }
}
