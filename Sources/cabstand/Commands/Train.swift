import ArgumentParser
import DispatchAPI
import DispatchCore
import FunctionKit
import Replay

/// `cabstand train`: learns a city model from recorded trips.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn demand and travel times from recorded trips.",
    discussion: """
      Reads completed trips and writes a model: expected requests by zone and time of the week, where rides end, and how long drives
      take. Equal files give equal bytes. With --publish it also becomes the region's next version on the stores, as by
      `cabstand models import`.
      """)

  @Option(help: ArgumentHelp("Trips to learn from, CSV, plain or gzip.", valueName: "file"))
  var history: String
  @OptionGroup var days: DayRange
  @Option(help: ArgumentHelp("Where the model is written.", valueName: "file"))
  var out: String?
  @Option(help: ArgumentHelp("Region whose next version the model becomes.", valueName: "region"))
  var publish: String?
  @OptionGroup var model: ModelStoreFlags
  @OptionGroup var share: ModelShareFlag
  @Flag(help: "Print what was learned as one JSON object.")
  var json = false

  func validate() throws {
    guard out != nil || publish != nil else { throw ValidationError("Expected --out, --publish or both.") }
  }

  func run() async throws {
    let region = try publish.map { try model.region($0) }
    let (path, days) = (history, days)
    let city = try await Blocking.run {
      guard let city = CityModel(trainedOn: try days.trips(of: try TripFile.read(path: path))) else {
        throw ValidationError("\(path) has no trip that something could be learned from.")
      }
      return city
    }
    let text = city.text
    if let out, !TextFile.write(text, to: out) { throw ValidationError("The model \(out) cannot be written.") }
    var number: Int?
    if let region {
      let share = share.percent
      number = try await model.withDesk { desk, now in
        try await desk.publish(
          ModelDraft(city, text: text, of: region, origin: .imported, madeAt: now), sharePercent: share
        ).number
      }
    }
    Terminal.result(json ? Self.json(city, text, out, number) : Self.line(city, text, out, number))
  }

  private static func line(_ city: CityModel, _ text: [UInt8], _ out: String?, _ number: Int?) -> String {
    let places = [out, number.map { "version \($0)" }].compactMap(\.self).joined(separator: ", ")
    return "\(places): learned from \(city.requests.trainedOn) trips: \(city.requests.zones.count) zones, "
      + "\(city.travelTime.trainedOn) travel times, \(text.count) bytes"
  }

  private static func json(_ city: CityModel, _ text: [UInt8], _ out: String?, _ number: Int?) -> String {
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("model", out)
        json.member("version", number)
        json.member("trips", city.requests.trainedOn)
        json.member("trainedFrom", time: city.trainedFrom)
        json.member("trainedTo", time: city.trainedTo)
        json.member("zones", city.requests.zones.count)
        json.member("sites", city.sites.count)
        json.member("travelTimes", city.travelTime.trainedOn)
        json.member("bytes", text.count)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
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
