import ArgumentParser
import DispatchCore
import FunctionKit
import Replay
import Testing

@testable import cabstand

/// What `train` and `forecast` do with files.
struct ForecastCommandTests {
  /// Trips of some days, every five minutes from three places, by the local time of San Francisco.
  private static func file(days: Range<Int>) throws -> TripFile {
    var text = "pickup_t,dropoff_t,pickup_local,pu_lat,pu_lon,do_lat,do_lon\n"
    for day in days {
      for step in 0..<288 {
        let local = (14_018 + day) * 86_400 + step * 300
        let minute = step % 12 * 5
        let date = CivilDate(daysSinceEpoch: 14_018 + day)
        let clock =
          "\(date.year)-\(padded(date.month))-\(padded(date.day)) \(padded(step / 12)):\(padded(minute)):00"
        for place in 0..<3 {
          text += "\(local + 25_200),\(local + 25_200 + 600),\(clock),"
          text += "37.7\(place)3,-122.42,37.7\((place + 1) % 3)3,-122.40\n"
        }
      }
    }
    return try TripFile.parse(file: "trips.csv", bytes: Array(text.utf8))
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test func `days are local days, both ends included`() throws {
    let file = try Self.file(days: 0..<3)
    // 2008-05-19 is the first of them.
    #expect(try DayRange.parse([]).trips(of: file).trips.count == 3 * 864)
    #expect(try DayRange.parse(["--from-day", "2008-05-20"]).trips(of: file).trips.count == 2 * 864)
    #expect(try DayRange.parse(["--to-day", "2008-05-19"]).trips(of: file).trips.count == 864)
    let day = try DayRange.parse(["--from-day", "2008-05-20", "--to-day", "2008-05-20"]).trips(of: file)
    #expect(day.trips.count == 864 && day.rows.taken == 864)
    let midnight: Int64 = (14_019 * 86_400 + 25_200) * 1_000
    #expect(day.trips.first?.pickupMilliseconds == midnight)
    #expect(throws: ValidationError.self) { try DayRange.parse(["--from-day", "2009-01-01"]).trips(of: file) }
  }

  @Test(
    arguments: [
      ["--from-day", "2008-13-01"], ["--from-day", "2008-02-30"], ["--to-day", "tomorrow"], ["--to-day", "2008-5-1"],
      ["--to-day", "2008-05-01-07"], ["--from-day", "2008-06-02", "--to-day", "2008-06-01"], ["--from-day", ""],
    ])
  func `a day that there is not is refused`(arguments: [String]) {
    #expect(throws: (any Error).self) { try DayRange.parse(arguments) }
  }

  @Test func `a model learned from a file forecasts a day like it, and the report says so`() throws {
    let city = try #require(CityModel(trainedOn: try Self.file(days: 0..<8)))
    #expect(city.requests.trainedOn == 8 * 864 && city.requests.calendar.utcOffsetSeconds == -25_200)
    let report = ForecastReport(city, try Self.file(days: 9..<10))
    let json = try JSONValue(parsing: Array(report.json.utf8))
    let horizons = try #require(json["horizons"]?.elements)
    #expect(horizons.map { $0["horizonSeconds"]?.integer } == [900, 1_800, 3_600])
    for horizon in horizons {
      for name in ["model", "lastWeek", "lastInterval"] {
        let errors = horizon["errors"]?[name]
        for measure in [
          "meanAbsolute", "rootMeanSquare", "poissonDeviance", "bias", "relative", "relativeOfCity",
        ] {
          #expect(errors?[measure]?.double?.isFinite == true, "\(name) \(measure)")
        }
      }
      #expect(try #require(horizon["errors"]?["model"]?["relativeOfCity"]?.double) < 0.1)
      #expect((0...1).contains(try #require(horizon["zoneCoverage"]?.double)))
    }
    #expect(json["travelTime"]?["learned"]?["trips"]?.integer == 864)
    #expect(try #require(json["travelTime"]?["learned"]?["meanAbsolutePercentage"]?.double) < 1)
    for word in ["last week, same time", "last interval", "the next 60 minutes", "travel time, hour"] {
      #expect(report.table.contains(word))
    }
  }

  @Test func `trips without an end teach nothing`() throws {
    let file = try TripFile.parse(
      file: "t.csv",
      bytes: Array(
        "pickup_time,passengers,pu_lat,pu_lon,do_lat,do_lon\n2013-11-18 16:00:00,1,40.7,-74,40.8,-73.9\n".utf8))
    #expect(CityModel(trainedOn: file) == nil)
  }

  @Test func `train wants to know where the model goes, and shares are shares`() {
    for arguments in [
      ["train", "--history", "h.csv"], ["train", "--history", "h.csv", "--out", "m", "--share", "101"],
      ["models", "activate", "sf", "two"], ["models", "activate", "sf", "2", "--share", "-1"],
      ["models", "import", "sf"],
    ] {
      #expect(throws: (any Error).self) { try Cabstand.parseAsRoot(arguments) }
    }
    for arguments in [
      ["train", "--history", "h.csv", "--publish", "sf"], ["models", "list", "sf", "--json"],
      ["models", "activate", "sf", "2", "--share", "20"], ["models", "rollback", "sf"],
      ["models", "import", "sf", "model.txt", "--share", "0"], ["models", "export", "sf", "3", "model.txt"],
    ] {
      #expect(throws: Never.self) { try Cabstand.parseAsRoot(arguments) }
    }
  }

  @Test func `on a recorded day that it was not trained on the model is better than both baselines`() throws {
    guard let path = TestData.path("sf_cabs/trips_history_2008-05-17_06-04.csv.gz") else { return }
    let file = try TripFile.read(path: path)
    let city = try #require(
      CityModel(trainedOn: try DayRange.parse(["--to-day", "2008-06-02"]).trips(of: file)))
    let day = try DayRange.parse(["--from-day", "2008-06-03", "--to-day", "2008-06-03"]).trips(of: file)
    for review in ForecastReport(city, day).demand {
      for baseline in [review.lastWeek, review.lastInterval] {
        #expect(review.model.meanAbsolute < baseline.meanAbsolute)
        #expect(review.model.rootMeanSquare < baseline.rootMeanSquare)
        #expect(review.model.poissonDeviance < baseline.poissonDeviance)
        #expect(review.model.relativeOfCity < baseline.relativeOfCity)
      }
      #expect(abs(review.model.bias) < 0.05)
      #expect((0.85...0.99).contains(review.coverage.share) && (0.75...1).contains(review.cityCoverage.share))
    }
  }
}
