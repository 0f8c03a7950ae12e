import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// Which part of a cell's history is asked for.
struct SeriesQuery {
  /// How many points an answer may hold.
  static let maximumPoints = 10_000

  let cell: HexCell
  let from: Timestamp
  let to: Timestamp
  let stepSeconds: Int

  /// Reads `cell`, `from`, `to` and `step`; the last hour by the minute where they are absent.
  init(_ event: Event, now: Timestamp) throws(FunctionError) {
    let text = event.request?.parameters["cell"] ?? ""
    guard let cell = HexCell(text), cell.resolution <= Zone.resolution else {
      throw FunctionError(
        .badInput, code: "badCell", "Expected cell to be an H3 cell of resolution 0 to \(Zone.resolution).",
        field: "cell")
    }
    self.cell = cell
    let query = event.request?.query ?? [:]
    to = try Self.time(query["to"], "to") ?? now.advanced(bySeconds: 1)
    from = try Self.time(query["from"], "from") ?? to.advanced(bySeconds: -3_600)
    guard let step = Int(query["step"] ?? "60"), (60...86_400).contains(step) else {
      throw FunctionError(
        .badInput, code: "outOfRange", "Expected step to be a whole number of seconds from 60 to 86400.", field: "step")
    }
    stepSeconds = step
    guard from < to, to.milliseconds(since: from) / Int64(step * 1_000) <= Int64(Self.maximumPoints) else {
      throw FunctionError(
        .badInput, code: "badRange", "Expected from to lie before to, at most \(Self.maximumPoints) steps.",
        field: "from")
    }
  }

  private static func time(_ text: String?, _ field: String) throws(FunctionError) -> Timestamp? {
    guard let text else { return nil }
    if let milliseconds = Int64(text) { return Timestamp(unixMilliseconds: milliseconds) }
    guard let time = RFC3339.time(text) else {
      throw FunctionError(
        .badInput, code: "badTime", "Expected \(field) to be milliseconds since 1970 or an RFC 3339 time.", field: field
      )
    }
    return time
  }

  /// The answer: of every step, what was counted last in it.
  func answer(_ loads: [(time: Timestamp, load: ZoneLoad)]) -> [UInt8] {
    let step = Int64(stepSeconds) * 1_000
    var lastOfStep: [Int64: ZoneLoad] = [:]
    for (time, load) in loads {
      lastOfStep[time.milliseconds(since: from) / step] = load
    }
    return JSONWriter.bytes { json in
      json.object { json in
        json.member("cell", cell.description)
        json.member("stepSeconds", stepSeconds)
        json.key("points")
        json.array { json in
          for (index, load) in lastOfStep.sorted(by: { $0.key < $1.key }) {
            json.object { json in
              json.member("time", time: from.advanced(byMilliseconds: index * step))
              ZoneGeoJSON.counts(load, &json)
            }
          }
        }
      }
    }
  }
}
