import HexGrid
import Testing

@testable import DispatchCore

@Suite("City models as text")
struct CityModelTextTests {
  private static func lines(_ model: CityModel) -> [String] {
    String(decoding: model.text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  private static func error(_ lines: [String]) -> ModelTextError? {
    do {
      _ = try CityModel(text: Array(lines.joined(separator: "\n").utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test("A model and its text tell the same, and equal trips in any order give equal bytes")
  func roundTrip() throws {
    let trips = ForecastTown.trips(days: ForecastTown.monday..<ForecastTown.monday + 8)
    var random = SeededRandom(seed: 4)
    let model = try #require(CityModel.trained(on: trips, calendar: ForecastTown.calendar))
    let shuffled = try #require(
      CityModel.trained(on: trips.shuffled(using: &random), calendar: ForecastTown.calendar))
    let read = try CityModel(text: model.text)
    #expect(read == model && read.text == model.text)
    #expect(shuffled.text == model.text)
    #expect(model.trainedFrom == trips.first?.pickupTime && model.trainedTo == trips.last?.pickupTime)
    #expect(Self.lines(model).first == "cabstand-model 1")
    #expect(model.requests.trainedOn == trips.count && model.sites.count >= 3)
  }

  @Test("A line that is cut off, doubled, left out or replaced is found where it is")
  func everyLine() throws {
    let lines = Self.lines(try ForecastTown.model(places: 2))
    #expect(Self.error(lines) == nil)
    let count = lines.count - 1
    for number in 0..<count {
      var changed = lines
      changed[number] = "nonsense 1 2 3"
      let wrong = try #require(Self.error(changed), "line \(number + 1)")
      #expect(wrong.line == number + 1, "\(wrong)")
      #expect(Self.error(Array(lines[..<number])) != nil, "cut before line \(number + 1)")
      changed = lines
      changed[number] += " 7"
      #expect(Self.error(changed)?.line == number + 1, "one number more in line \(number + 1)")
      changed = lines
      changed.remove(at: number)
      #expect(Self.error(changed) != nil, "without line \(number + 1)")
    }
  }

  @Test(
    "Numbers out of range are no model",
    arguments: [
      ("cabstand-model", "cabstand-model 2"), ("calendar", "calendar 90000"), ("trained", "trained 5 4"),
      ("speeds", "speeds *24"), ("spread", "spread 0 0 0 0 0 1000001"), ("spread", "spread 0 0 0 0 0 -1"),
      ("totals", "totals -1 *671"), ("totals", "totals *673"), ("totals", "totals *0 *672"),
      ("totals", "totals *9999999999999999999999"), ("totals", "totals 1e3 *671"), ("week", "week 65536 *671"),
      ("sites", "sites -1"), ("sites", "sites 10000001"), ("requests", "requests 10000001 4"),
      ("requests", "requests -1 4"), ("travel", "travel -1 0 0"), ("hour", "hour 99999999999 *9999"), ("end", "end"),
      ("distance", "distance 2147483648"),
    ])
  func outOfRange(name: String, line: String) throws {
    var lines = Self.lines(try ForecastTown.model())
    let place = try #require(lines.firstIndex { $0.split(separator: " ").first == name[...] })
    lines[place] = line
    #expect(Self.error(lines) != nil)
  }

  @Test("Zones and sites must come in order, each once")
  func order() throws {
    let lines = Self.lines(try ForecastTown.model())
    let first = try #require(lines.firstIndex { $0.hasPrefix("totals") }) + 1
    var changed = lines
    changed.swapAt(first, first + 1)
    #expect(Self.error(changed) != nil)
    changed = lines
    changed[first + 1] = changed[first]
    #expect(Self.error(changed) != nil)
    let site = try #require(lines.firstIndex { $0.hasPrefix("sites") }) + 1
    changed = lines
    changed.swapAt(site, site + 1)
    #expect(Self.error(changed) != nil)
  }

  @Test("Bytes that are no text, and random bytes within one, are errors or models, never traps")
  func bytes() throws {
    #expect(throws: ModelTextError.self) { try CityModel(text: []) }
    #expect(throws: ModelTextError.self) { try CityModel(text: [0xFF, 0x0A]) }
    let text = try ForecastTown.model(places: 2).text
    var random = SeededRandom(seed: 9)
    for _ in 0..<60 {
      var broken = text
      for _ in 0..<3 { broken[random.below(broken.count)] = UInt8(random.below(256)) }
      _ = try? CityModel(text: broken)
      _ = try? CityModel(text: Array(text[..<random.below(text.count)]))
    }
  }
}
