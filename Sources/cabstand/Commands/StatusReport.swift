import FunctionKit
import NIOCore
import Replay

/// What a running server says of itself.
struct StatusReport: Sendable {
  var address: String
  var isReady: Bool
  var health: [UInt8]
  var clock: [UInt8]
  var functions: [UInt8]
  var zones: [UInt8]
  var runtime: [UInt8]

  /// Asks the server.
  static func read(_ server: AdminClient) async throws -> StatusReport {
    let ready = try await server.reply(.get, "/readyz")
    let clock = try await server.reply(.get, "/admin/clock")
    let functions = try await server.reply(.get, "/admin/functions")
    let runtime = try await server.reply(.get, "/admin/status")
    let zones = try await server.reply(.get, "/v1/zones/load?resolution=0")
    return StatusReport(
      address: server.address, isReady: ready.status == 200, health: bytes(ready), clock: bytes(clock),
      functions: bytes(functions), zones: bytes(zones),
      runtime: runtime.status == 200 ? bytes(runtime) : Array("null".utf8))
  }

  private static func bytes(_ reply: HTTPReply) -> [UInt8] { Array(reply.body.readableBytesView) }

  /// One JSON object.
  var json: String {
    String(
      decoding: JSONWriter.bytes { json in
        json.object { json in
          json.member("address", address)
          json.member("ready", isReady)
          json.key("health")
          json.json(health)
          json.key("clock")
          json.json(clock)
          json.key("functions")
          json.json(functions)
          json.key("runtime")
          json.json(runtime)
          json.key("totals")
          json.object { json in for (name, value) in totals { json.member(dynamic: name, value) } }
        }
      }, as: UTF8.self)
  }

  /// The same for people.
  var text: String {
    var lines = ["\(address): \(isReady ? "ready" : "not ready")"]
    lines += texts(health, "troubles").map { "  trouble  \($0)" }
    if case .object(let members)? = try? JSONValue(parsing: clock),
      case .string(let now)? = members["now"], case .number(let rate)? = members["rate"]
    {
      lines.append("  clock    \(now), \(rate.double) times real time")
    }
    for (name, value) in totals {
      lines.append("  \(name)\(String(repeating: " ", count: max(1, 14 - name.count)))\(value)")
    }
    lines += RuntimeTable(runtime)?.lines ?? []
    return lines.joined(separator: "\n")
  }

  /// Sums over all zones.
  private var totals: [(String, Int64)] {
    let names = ["supply", "idle", "demand", "openRequests", "completed"]
    var sums = names.map { ($0, Int64(0)) }
    guard case .object(let collection)? = try? JSONValue(parsing: zones),
      case .array(let features)? = collection["features"]
    else { return sums }
    for case .object(let feature) in features {
      guard case .object(let properties)? = feature["properties"] else { continue }
      for (index, name) in names.enumerated() {
        if case .number(let number)? = properties[name], let value = number.integer { sums[index].1 &+= value }
      }
    }
    return sums
  }

  private func texts(_ bytes: [UInt8], _ name: String) -> [String] {
    guard case .object(let members)? = try? JSONValue(parsing: bytes),
      case .array(let items)? = members[name]
    else { return [] }
    return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
}
