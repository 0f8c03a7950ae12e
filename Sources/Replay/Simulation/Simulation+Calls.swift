import FunctionKit
import HexGrid
import NIOCore

extension Simulation {
  /// What a function answered.
  struct Reply {
    var status: Int
    /// The body of a good answer.
    var body: [UInt8] = []
    /// The code of a refusal.
    var code = ""

    var json: JSONValue? { try? JSONValue(parsing: body) }
    var ride: RideView? { json.flatMap { RideView($0) } }
    var isGood: Bool { status < 300 }
  }

  /// Why a function gave no answer.
  struct Refusal: Error {
    var status: Int
    var code: String
  }

  /// Hands an event to a function.
  func handle(
    _ event: Event, _ function: SimulatedFunction, caller: Caller
  ) async -> Result<Response, Refusal> {
    let context = Context(
      functionName: function.name, functionVersion: function.version, logger: logger, deadline: deadline,
      clock: parts.clock, caller: caller)
    calls.sent()
    do {
      return .success(try await function.function.handle(event, context))
    } catch let error as FunctionError {
      let name = "\(error.status) \(error.code)"
      if error.status >= 500 || event.request == nil { calls.failed(name) } else { calls.refused(name) }
      return .failure(Refusal(status: error.status, code: error.code))
    } catch {
      calls.failed("500 \(function.name)")
      notes.append("\(function.name): \(error)")
      return .failure(Refusal(status: 500, code: "internalError"))
    }
  }

  /// Makes a request as an app would.
  /// - Parameters:
  ///   - name: the function.
  ///   - method: the method.
  ///   - path: the route's path.
  ///   - id: the value of the route's placeholder, where it has one.
  ///   - body: the JSON.
  ///   - caller: whose app.
  ///   - key: the idempotency key.
  func request(
    _ name: String, _ method: String, _ path: String, id: String? = nil, body: [UInt8] = [], caller: Caller,
    key: String? = nil
  ) async -> Reply {
    guard let function = functions[name] else { return Reply(status: 404, code: "notFound") }
    eventCount += 1
    let event = Event(
      id: key ?? "sim-\(eventCount)", source: "/cabstand/simulate", type: "cabstand.http.requested.v1",
      dataContentType: "application/json", body: body, trigger: Self.http,
      request: HTTPRequestInfo(
        method: method, path: path, parameters: id.map { ["id": $0] } ?? [:],
        headers: key.map { [("idempotency-key", $0)] } ?? []))
    switch await handle(event, function, caller: caller) {
    case .failure(let refusal): return Reply(status: refusal.status, code: refusal.code)
    case .success(let response):
      guard case .bytes(let bytes) = response.body else { return Reply(status: response.status) }
      return Reply(status: response.status, body: bytes)
    }
  }

  private static let http = TriggerInfo(kind: "http", name: "http")

  /// A ride as it is now; nil where there is none.
  func lookUp(_ rideID: String) async -> RideView? {
    await request("ride-lookup", "GET", "/v1/rides/\(rideID)", id: rideID, caller: .anonymous).ride
  }

  // MARK: Pings

  /// Sends the pings that are due at this second, in arrays of at most a thousand.
  func sendDuePings(_ now: Int64) async {
    wheel.takeDue(now / 1_000, into: &dueDrivers)
    guard !dueDrivers.isEmpty else { return }
    var pings: [WorldPing] = []
    for driver in dueDrivers {
      let interval: Int64
      switch world.occupation(ofDriver: driver) {
      case .off: interval = 30_000
      case .parked: interval = options.parkedPingMilliseconds
      case .repositioning: interval = options.repositioningPingMilliseconds
      case .toPickup, .withRider: interval = options.busyPingMilliseconds
      }
      wheel.set(driver, at: (now + interval) / 1_000)
      if let ping = ping(driver, now) { pings.append(ping) }
    }
    await post(pings)
  }

  /// A driver who came to a stop, or set off to wait elsewhere, says so at once.
  func pingTouched() async {
    guard !touched.isEmpty else { return }
    var pings: [WorldPing] = []
    for driver in touched where lastPing[driver] < world.now {
      switch world.occupation(ofDriver: driver) {
      case .parked where world.view(ofDriver: driver).since >= lastPing[driver]: break
      case .repositioning: break
      default: continue
      }
      wheel.set(driver, at: (world.now + options.repositioningPingMilliseconds) / 1_000)
      if let ping = ping(driver, world.now) { pings.append(ping) }
    }
    touched.removeAll(keepingCapacity: true)
    await post(pings)
  }

  private func ping(_ driver: Int, _ now: Int64) -> WorldPing? {
    guard isConnected[driver], world.occupation(ofDriver: driver) != .off else { return nil }
    lastPing[driver] = now
    return WorldPing(driver: driver, unixMilliseconds: now, place: world.view(ofDriver: driver).place)
  }

  private func post(_ pings: [WorldPing]) async {
    for start in stride(from: 0, to: pings.count, by: 1_000) {
      let chunk = pings[start..<min(start + 1_000, pings.count)]
      let body = Array(encoder.array(chunk).readableBytesView)
      let reply = await request("location-ping", "POST", "/v1/pings", body: body, caller: .anonymous)
      pingCount.sent += chunk.count
      if reply.isGood { pingCount.accepted += chunk.count } else { pingCount.rejected += chunk.count }
    }
  }
}
