import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit

/// `GET` and `PUT /admin/clock`: city time, for replays.
struct ClockRoutes: Sendable {
  /// The fastest that a city may run.
  static let maximumRate = 100_000.0

  let clock: AdjustableClock
  let isAdjustable: Bool
  let store: any ClockStore
  /// Whether other processes show the same clock, and have to follow before a change is answered.
  var isShared = false

  /// Sets the clock as it was kept.
  func restore() async throws {
    guard isAdjustable, let setting = try await store.clockSetting() else { return }
    clock.anchor = Self.anchor(setting)
  }

  /// Shows the clock.
  func show() -> Response {
    let now = Timestamp(unixMilliseconds: clock.now().unixMilliseconds)
    return .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("now", time: now)
          json.member("unixMilliseconds", now.unixMilliseconds)
          json.member("rate", clock.anchor?.rate ?? 1)
          json.member("adjustable", isAdjustable)
        }
      })
  }

  /// Sets the clock: `{"now": <time>, "rate": <city seconds per real second>}`, either of them.
  func set(_ body: [UInt8]) async throws -> Response {
    guard isAdjustable else {
      throw FunctionError(.forbidden, code: "clockFixed", "The clock is real time; serve with --clock adjustable.")
    }
    let request = try RequestBody(Event(id: "clock", source: "/admin/clock", type: "cabstand.clock.set.v1", body: body))
    let now = Timestamp(unixMilliseconds: clock.now().unixMilliseconds)
    let city = try request.time(
      "now", now: now, within: EventTimeWindow(futureSeconds: 1 << 33, pastSeconds: 1 << 33))
    let rate = try request.optionalNumber("rate") ?? clock.anchor?.rate ?? 1
    guard rate >= 0, rate <= Self.maximumRate else {
      throw FunctionError(
        .badInput, code: "outOfRange", "Expected rate to be from 0 to \(Self.maximumRate).", field: "rate")
    }
    let real = Timestamp(unixMilliseconds: AdjustableClock.systemNow().unixMilliseconds)
    let setting = ClockSetting(city: city, real: real, rate: rate)
    try await ErrorMapping.store { try await store.keep(setting) }
    clock.anchor = Self.anchor(setting)
    if isShared { try await Task.sleep(for: ClockFollower.period * 2) }
    return show()
  }

  static func anchor(_ setting: ClockSetting) -> AdjustableClock.Anchor {
    AdjustableClock.Anchor(
      city: EventTime(unixMilliseconds: setting.city.unixMilliseconds),
      real: EventTime(unixMilliseconds: setting.real.unixMilliseconds), rate: setting.rate)
  }
}
