import Foundation
import FunctionKit
import Testing

@testable import TriggerRuntime

/// Made-up and recorded events at a rate.
@Suite(.timeLimit(.minutes(8)))
struct SimulatorTriggerTests {
  private func harness(_ attributes: String, clock: any WallClock) -> Harness {
    var harness = Harness(
      """
      metadata: {name: load}
      spec:
        handler: Test
        triggers:
          made: {kind: simulator, attributes: {\(attributes)}}
      """)
    harness.usesHTTP = false
    harness.clock = clock
    return harness
  }

  @Test func madeUpEventsComeAtTheirRateAndDependOnTheSeed() async throws {
    var runs: [[Event]] = []
    for seed in [1, 1, 2] {
      let clock = ManualClock(now: EventTime(unixMilliseconds: 10_000))
      let seen = Watched<[Event]>([])
      let template = "{type: t, subject: \"s{n}\", body: '{\"k\":\"{key}\",\"r\":{random}}', headers: {Region: sf}}"
      try await harness("rate: 2, count: 6, keys: 3, seed: \(seed), event: \(template)", clock: clock).run { event, _ in
        if clock.now() < event.time ?? EventTime(unixMilliseconds: .max) { Issue.record("came early") }
        seen.change { $0.append(event) }
        return .noContent
      } while: { _ in
        await seen.wait { $0.count == 1 }
        for step in 1...5 {
          while clock.sleeperCount == 0 { await Task.yield() }
          #expect(seen.value.count <= step)
          clock.advance(to: EventTime(unixMilliseconds: 10_000 + Int64(step) * 500))
          await seen.wait { $0.count == step + 1 }
        }
      }
      // Of different keys they may be handled in any order.
      runs.append(seen.value.sorted { ($0.time?.unixMilliseconds ?? 0) < ($1.time?.unixMilliseconds ?? 0) })
    }
    #expect(runs[0].map { $0.time?.unixMilliseconds } == (0..<6).map { 10_000 + $0 * 500 })
    #expect(runs[0].map(\.subject) == (0..<6).map { "s\($0)" })
    #expect(runs[0].map(\.body) == runs[1].map(\.body))
    #expect(runs[0].map(\.body) != runs[2].map(\.body))
    #expect(Set(runs[0].map { "\($0.source) \($0.id)" }).count == 6)
    let first = try #require(runs[0].first)
    #expect(first.extensions["region"] == "sf")
    let key = try #require(first.extensions["partitionkey"])
    #expect(["k0", "k1", "k2"].contains(key))
    #expect(String(decoding: first.body, as: UTF8.self).hasPrefix("{\"k\":\"\(key)\""))
  }

  @Test func recordedEventsComeAsTheyWereRecorded() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "cabstand-feed-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let times = ["2008-06-06T10:00:00Z", "2008-06-06T10:00:10Z", "2008-06-06T10:01:00Z"]
    let lines = times.enumerated().map { index, time in
      #"{"specversion":"1.0","id":"\#(index)","source":"/s","type":"t","subject":"x","time":"\#(time)"}"#
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let seen = Watched<[String]>([])
    try await harness("feed: \(path), speed: 10, repeat: true, count: 5", clock: clock).run { event, _ in
      seen.change { $0.append("\(event.id) \(event.time?.unixMilliseconds ?? -1)") }
      return .noContent
    } while: { _ in
      for moment in [1_000, 6_000, 7_000] as [Int64] {
        while clock.sleeperCount == 0 { await Task.yield() }
        clock.advance(to: EventTime(unixMilliseconds: moment))
      }
      await seen.wait { $0.count == 5 }
    }
    #expect(seen.value == ["0 0", "1 1000", "2 6000", "0-1 6000", "1-1 7000"])
  }
}
