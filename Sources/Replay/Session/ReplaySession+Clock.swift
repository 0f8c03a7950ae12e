import FunctionKit
import NIOCore

extension ReplaySession {
  /// City time that passes, at real speed, while drivers begin their shifts.
  private static let leadMilliseconds: Int64 = 120_000

  /// Puts the server's clock a little before the start; where it is fixed, moves the day to now instead.
  func setUpClock() async throws(ReplayError) {
    if try await putClock(scenario.startMilliseconds - Self.leadMilliseconds, rate: 1) { return }
    isClockAdjustable = false
    if options.speed != 1 { notes.append("the server's clock is fixed: the city runs at real speed") }
    speed = 1
    let start = AdjustableClock.systemNow().unixMilliseconds + 2_000 + Int64(scenario.drivers.count) * 10
    scenario = scenario.shifted(byMilliseconds: start - scenario.startMilliseconds)
    world = World(scenario: scenario, configuration: options.world)
    clock.anchor = nil
  }

  /// Lets the city's day begin.
  func startClock() async throws(ReplayError) {
    if isClockAdjustable {
      let now = max(clock.now().unixMilliseconds, scenario.startMilliseconds)
      guard try await putClock(now, rate: options.speed) else {
        throw .unexpected(what: "PUT /admin/clock", status: 403, code: "clockFixed")
      }
    } else {
      try? await clock.sleep(until: EventTime(unixMilliseconds: scenario.startMilliseconds))
    }
  }

  /// After a loss: a server that was started anew has forgotten the city's time.
  func alignClock() async -> Bool {
    guard isClockAdjustable, let anchor = clock.anchor else { return true }
    guard let reply = try? await client.send(HTTPCall(.get, "/admin/clock", deadline: .seconds(2)), isMeasured: false)
    else { return false }
    guard reply.status == 200, let json = reply.json else { return reply.status < 500 }
    let theirs = json["now"]?.unixMilliseconds ?? 0
    let rate = json["rate"]?.double ?? 0
    let tolerance = Int64(max(1_500, anchor.rate * 300))
    if rate == anchor.rate, abs(theirs - clock.now().unixMilliseconds) <= tolerance { return true }
    let answer = try? await sendClock(clock.now().unixMilliseconds, rate: anchor.rate)
    return answer?.status == 200
  }

  /// Afterwards the city's time goes on at real speed, so that what happened stays in view.
  func restoreClock() async {
    guard isClockAdjustable, options.restoresClockRate, let anchor = clock.anchor, anchor.rate != 1 else { return }
    _ = try? await putClock(cityMilliseconds, rate: 1)
  }

  /// Sets both clocks.
  /// - Returns: false where the server's is fixed.
  private func putClock(_ milliseconds: Int64, rate: Double) async throws(ReplayError) -> Bool {
    let reply: HTTPReply
    let before = AdjustableClock.systemNow().unixMilliseconds
    do {
      reply = try await sendClock(milliseconds, rate: rate)
    } catch {
      throw .unreachable(server: options.server.description, reason: "PUT /admin/clock: \(error.code)")
    }
    switch reply.status {
    case 200, 204:
      let after = AdjustableClock.systemNow().unixMilliseconds
      clock.anchor = AdjustableClock.Anchor(
        city: EventTime(unixMilliseconds: milliseconds),
        real: EventTime(unixMilliseconds: before + (after - before) / 2), rate: rate)
      return true
    case 403, 404, 405: return false
    default:
      throw .unexpected(what: "PUT /admin/clock", status: reply.status, code: reply.problemCode ?? "")
    }
  }

  private func sendClock(_ milliseconds: Int64, rate: Double) async throws(HTTPFailure) -> HTTPReply {
    try await client.send(.clock(milliseconds, rate: rate), isMeasured: false)
  }
}

extension HTTPCall {
  /// A request to set the server's clock.
  static func clock(_ milliseconds: Int64, rate: Double) -> HTTPCall {
    let body = ByteBuffer.json { json in
      json.member("now", milliseconds)
      json.member("rate", rate)
    }
    return HTTPCall(.put, "/admin/clock", body: body, headers: [("x-cabstand-caller", "operator:replay")])
  }
}
