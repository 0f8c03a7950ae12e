import Foundation
import FunctionKit

/// The rates of devices, minute by minute, in a key-value store: counters that any number of instances add to.
public struct DeviceRates: Sendable {
  /// What is known of a device beside its minutes.
  public struct Baseline: Codable, Sendable, Equatable {
    /// Mean and variance of a minute's bits per second for each hour of the day, as exponentially weighted averages.
    public var means: [Double] = Array(repeating: 0, count: 24)
    /// Variances by hour.
    public var variances: [Double] = Array(repeating: 0, count: 24)
    /// How many minutes each hour has seen, at most as many as the average looks back.
    public var counts: [Int] = Array(repeating: 0, count: 24)
    /// The last minute that was taken into the averages.
    public var lastMinute: Int64 = 0

    /// Creates what is known of a device that nobody has seen.
    public init() {}
  }

  /// How many minutes an average looks back.
  static let memory = 600
  static let keep = Duration.seconds(3 * 3_600)

  private let store: any KeyValueStore

  /// Creates the view of a store.
  public init(_ store: any KeyValueStore) { self.store = store }

  /// Adds records to their devices' minutes.
  public func add(_ records: [FlowRecord]) async throws {
    var bytes: [String: [String: Int64]] = [:]
    var devices: [String: Int64] = [:]
    for record in records {
      bytes[record.device, default: [:]][String(record.endSeconds / 60), default: 0] += record.bytes
      if let capacity = record.capacityBitsPerSecond { devices[record.device] = capacity }
    }
    for (device, minutes) in bytes {
      try await store.add(minutes, to: "device/\(device)", expiresAfter: Self.keep)
      try await store.add(["seen": 1], to: "known/\(device)", expiresAfter: nil)
      try await store.add([device: 1], to: "devices", expiresAfter: nil)
    }
    for (device, capacity) in devices {
      try await store.put("capacity/\(device)", Array(String(capacity).utf8))
    }
  }

  /// The devices that ever sent a record.
  public func devices() async throws -> [String] { try await store.counters(of: "devices").keys.sorted() }

  /// What a device's links carry, in bits per second; nil where nobody said.
  public func capacity(of device: String) async throws -> Double? {
    try await store.get("capacity/\(device)").flatMap { Double(String(decoding: $0.value, as: UTF8.self)) }
  }

  /// A device's bits per second by minute since 1970; a minute without records is missing.
  public func minutes(of device: String) async throws -> [Int64: Double] {
    var minutes: [Int64: Double] = [:]
    for (name, bytes) in try await store.counters(of: "device/\(device)") {
      if let minute = Int64(name) { minutes[minute] = Double(bytes) * 8 / 60 }
    }
    return minutes
  }

  /// What is usual for a device.
  public func baseline(of device: String) async throws -> Baseline {
    guard let entry = try await store.get("baseline/\(device)") else { return Baseline() }
    return (try? JSONDecoder().decode(Baseline.self, from: Data(entry.value))) ?? Baseline()
  }

  /// Takes the minutes that have ended into what is usual, each once, whoever comes first.
  /// - Returns: the minutes that were new, with how far each was from usual, in standard deviations; nil where too little is known.
  public func learn(_ device: String, before minute: Int64) async throws -> [(
    minute: Int64, rate: Double, sigmas: Double?
  )] {
    let minutes = try await minutes(of: device)
    for _ in 0..<5 {
      let entry = try await store.get("baseline/\(device)")
      var baseline = entry.flatMap { try? JSONDecoder().decode(Baseline.self, from: Data($0.value)) } ?? Baseline()
      var news: [(Int64, Double, Double?)] = []
      for (index, rate) in minutes.sorted(by: { $0.key < $1.key }) where index > baseline.lastMinute && index < minute {
        news.append((index, rate, baseline.sigmas(rate, hour: Self.hour(index))))
        baseline.take(rate, minute: index)
      }
      guard !news.isEmpty else { return [] }
      let bytes = Array(try JSONEncoder().encode(baseline))
      if try await store.replace("baseline/\(device)", revision: entry?.revision, with: bytes, expiresAfter: nil) {
        return news
      }
    }
    throw FunctionError(.transient, code: "busyDevice", "others learn of \(device) at the same time")
  }

  static func hour(_ minute: Int64) -> Int { Int(minute / 60 % 24) }
}

extension DeviceRates.Baseline {
  /// How far a rate is from what is usual at an hour; nil before half an hour of that hour was seen.
  func sigmas(_ rate: Double, hour: Int) -> Double? {
    guard counts[hour] >= 30 else { return nil }
    // A device that never changed by more than a hundredth still may by that.
    let deviation = max(variances[hour].squareRoot(), means[hour] / 100, 1)
    return (rate - means[hour]) / deviation
  }

  /// Takes a minute into the averages (West's incremental formula with a floor under the weight).
  mutating func take(_ rate: Double, minute: Int64) {
    let hour = DeviceRates.hour(minute)
    counts[hour] = min(counts[hour] + 1, DeviceRates.memory)
    let weight = 1 / Double(counts[hour])
    let difference = rate - means[hour]
    means[hour] += weight * difference
    variances[hour] = (1 - weight) * (variances[hour] + weight * difference * difference)
    lastMinute = minute
  }
}
