package import FunctionKit

/// Which version of a function gets which traffic, as all instances share it.
package struct RolloutState: Sendable, Equatable {
  /// What happened to the traffic.
  package struct Change: Sendable, Equatable {
    package var time: EventTime
    package var text: String
  }

  /// A version that is raised step by step on its own.
  package struct Rise: Sendable, Equatable {
    package var version: String
    /// The step that it is at, from 0.
    package var step: Int
    /// Since when.
    package var since: EventTime
  }

  /// How many changes are remembered.
  private static let maxChanges = 20

  /// The version that the others are judged against.
  package var stable: String
  /// The stable version before; nil where there was none.
  package var previous: String?
  package var split: VersionSplit
  package var rise: Rise?
  /// Versions that were rolled back, and why; they are not raised on their own again.
  package var failed: [String: String] = [:]
  /// Versions at URLs that were added while running.
  package var remotes: [String: RemoteVersion] = [:]
  /// Grows with every change by hand, so that what was counted before it judges nobody after it.
  package var trial: Int64 = 1
  package private(set) var changes: [Change] = []

  /// The state of a function that nobody has touched yet.
  init(_ specification: FunctionSpecification, now: EventTime) {
    stable = specification.version
    split = VersionSplit(all: specification.version)
    for (name, version) in specification.versions.sorted(by: { $0.key < $1.key }) {
      _ = split.set(name, to: Self.slots(version.weight), balancing: stable)
    }
    if let name = specification.rollout.version { begin(name, specification.rollout, now: now) }
  }

  /// Begins to raise a version.
  mutating func begin(_ version: String, _ plan: RolloutSpecification, now: EventTime) {
    guard let first = plan.steps.first,
      split.set(version, to: max(split.slots(of: version), Self.slots(first)), balancing: stable)
    else { return }
    rise = Rise(version: version, step: 0, since: now)
    trial &+= 1
    note("\(version) begins at \(split.percent(of: version)) %", now: now)
  }

  static func slots(_ percent: Double) -> Int {
    Int(min(max(percent, 0), 100) * Double(VersionSplit.slotCount) / 100 + 0.5)
  }

  mutating func note(_ text: String, now: EventTime) {
    changes.append(Change(time: now, text: text))
    changes.removeFirst(max(0, changes.count - Self.maxChanges))
  }

  // MARK: Changes

  /// Gives a version a share.
  /// - Throws: `FunctionError` where the stable version has not as much to give.
  mutating func setWeight(_ version: String, percent: Double, now: EventTime) throws(FunctionError) {
    guard version != stable else {
      throw FunctionError(
        .conflict, code: "stableVersion",
        "\(version) is the stable version, which has what the others leave; set theirs, or promote another",
        field: "weight")
    }
    guard split.set(version, to: Self.slots(percent), balancing: stable) else {
      throw FunctionError(
        .conflict, code: "noWeightLeft",
        "the stable version \(stable) has \(split.percent(of: stable)) % to give; lower another version first",
        field: "weight")
    }
    if rise?.version == version { rise = nil }
    failed[version] = nil
    trial &+= 1
    note("\(version) set to \(split.percent(of: version)) %", now: now)
  }

  /// Makes a version the stable one, with all traffic.
  mutating func promote(_ version: String, now: EventTime) {
    if version != stable { previous = stable }
    stable = version
    split = VersionSplit(all: version)
    rise = nil
    failed[version] = nil
    trial &+= 1
    note("\(version) promoted", now: now)
  }

  /// Takes all traffic from a version.
  mutating func rollBack(_ version: String, reason: String, now: EventTime) {
    _ = split.set(version, to: 0, balancing: stable)
    if rise?.version == version { rise = nil }
    failed[version] = reason
    note("\(version) rolled back: \(reason)", now: now)
  }

  /// Goes back to the stable version, or, where it has all traffic, to the one before it.
  /// - Returns: false where there is nothing to go back to.
  mutating func rollBackAll(reason: String, now: EventTime) -> Bool {
    let others = split.versions.subtracting([stable]).sorted()
    guard others.isEmpty else {
      for version in others { rollBack(version, reason: reason, now: now) }
      trial &+= 1
      return true
    }
    guard let previous else { return false }
    failed[stable] = reason
    note("\(stable) rolled back to \(previous): \(reason)", now: now)
    stable = previous
    split = VersionSplit(all: previous)
    self.previous = nil
    rise = nil
    trial &+= 1
    return true
  }

  /// Takes the next step of a rise; the last makes the version the stable one.
  mutating func step(_ plan: RolloutSpecification, now: EventTime) {
    guard var rise else { return }
    let next = rise.step + 1
    guard next < plan.steps.count else {
      if let last = plan.steps.last, last >= 100 { promote(rise.version, now: now) } else { self.rise = nil }
      return
    }
    let slots = Self.slots(plan.steps[next])
    guard split.set(rise.version, to: max(slots, split.slots(of: rise.version)), balancing: stable) else {
      self.rise = nil
      note("\(rise.version) stays where it is: the stable version has no more to give", now: now)
      return
    }
    rise.step = next
    rise.since = now
    self.rise = rise
    note("\(rise.version) raised to \(split.percent(of: rise.version)) %", now: now)
  }

  // MARK: JSON

  package func json() -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("stable", stable)
        json.member("previous", previous)
        json.member("trial", trial)
        json.key("ranges")
        json.array { json in
          for range in split.ranges {
            json.object { json in
              json.member("end", range.end)
              json.member("version", range.version)
            }
          }
        }
        if let rise {
          json.key("rise")
          json.object { json in
            json.member("version", rise.version)
            json.member("step", rise.step)
            json.member("since", rise.since.unixMilliseconds)
          }
        }
        json.key("failed")
        json.object { json in
          for (name, reason) in failed.sorted(by: { $0.key < $1.key }) { json.member(dynamic: name, reason) }
        }
        json.key("remotes")
        json.object { json in
          for (name, remote) in remotes.sorted(by: { $0.key < $1.key }) {
            json.key(dynamic: name)
            json.object { json in
              json.member("url", remote.url)
              json.member("mode", remote.mode.rawValue)
              if let timeout = remote.timeout {
                json.member("timeoutMilliseconds", timeout.wholeNanoseconds / 1_000_000)
              }
            }
          }
        }
        json.key("changes")
        json.array { json in
          for change in changes {
            json.object { json in
              json.member("time", change.time.unixMilliseconds)
              json.member("text", change.text)
            }
          }
        }
      }
    }
  }

  /// Reads what `json` wrote.
  /// - Returns: nil where it is something else.
  package init?(json: [UInt8]) {
    guard let value = try? JSONValue(parsing: json), let stable = value["stable"]?.text,
      let elements = value["ranges"]?.elements
    else { return nil }
    var ranges: [VersionSplit.Range] = []
    for element in elements {
      guard let end = element["end"]?.integer, let version = element["version"]?.text else { return nil }
      ranges.append(.init(end: end, version: version))
    }
    guard let split = VersionSplit(ranges: ranges) else { return nil }
    self.stable = stable
    self.split = split
    previous = value["previous"]?.text
    trial = Int64(value["trial"]?.integer ?? 1)
    if let rise = value["rise"], let version = rise["version"]?.text, let step = rise["step"]?.integer, step >= 0 {
      self.rise = Rise(
        version: version, step: step,
        since: EventTime(unixMilliseconds: Int64(rise["since"]?.integer ?? 0)))
    }
    if case .object(let members)? = value["failed"] { failed = members.compactMapValues(\.text) }
    if case .object(let members)? = value["remotes"] {
      remotes = members.compactMapValues { remote in
        guard let url = remote["url"]?.text else { return nil }
        return RemoteVersion(
          url: url, mode: remote["mode"]?.text.flatMap { CloudEventsMode(rawValue: $0) } ?? .binary,
          timeout: remote["timeoutMilliseconds"]?.integer.map { .milliseconds($0) })
      }
    }
    changes = (value["changes"]?.elements ?? []).suffix(Self.maxChanges).compactMap { change in
      guard let time = change["time"]?.integer, let text = change["text"]?.text else { return nil }
      return Change(time: EventTime(unixMilliseconds: Int64(time)), text: text)
    }
  }
}
