public import FunctionKit

/// How the traffic of a function is shared among its versions at present.
public struct VersionReport: Sendable {
  /// One version.
  public struct Version: Sendable {
    /// Its name.
    public var name: String
    /// Its share of the keys, in percent.
    public var weight: Double
    /// Where it lives; nil in this process.
    public var url: String?
    /// Why it was rolled back; nil where it was not.
    public var failure: String?
    /// How many events all instances handled on it in the window.
    public var events: Int64
    /// The share of them that failed, 0 to 1; nil without events.
    public var failureShare: Double?
    /// 99 of 100 took no longer, in seconds; nil without events.
    public var p99Seconds: Double?
  }

  /// A step of a rise.
  public struct Rise: Sendable {
    /// The version that is raised on its own.
    public var version: String
    /// Its share now, in percent.
    public var percent: Double
    /// The shares that it still gets, in percent.
    public var remaining: [Double]
    /// When it got its present share.
    public var since: EventTime
  }

  /// The function's name.
  public var function: String
  /// The version that the others are judged against.
  public var stable: String
  /// The stable version before; nil where there was none.
  public var previous: String?
  /// All versions that the process knows, by name.
  public var versions: [Version]
  /// What is raised on its own; nil where nothing is.
  public var rise: Rise?
  /// The last changes, oldest first.
  public var changes: [(time: EventTime, text: String)]

  init(_ versions: FunctionVersions, _ rollout: RolloutState, _ window: [String: VersionTally]) {
    function = versions.specification.name
    stable = rollout.stable
    previous = rollout.previous
    let known = versions.known
    self.versions = Set(known.keys).union(rollout.split.versions).sorted().map { name in
      let tally = window[name] ?? VersionTally()
      return Version(
        name: name, weight: rollout.split.percent(of: name),
        url: known[name]?.remote?.url ?? rollout.remotes[name]?.url,
        failure: rollout.failed[name], events: tally.events,
        failureShare: tally.events > 0 ? tally.failureShare : nil,
        p99Seconds: tally.p99Nanoseconds.map { $0 / 1e9 })
    }
    let steps = versions.specification.rollout.steps
    rise = rollout.rise.map { rise in
      Rise(
        version: rise.version, percent: rollout.split.percent(of: rise.version),
        remaining: Array(steps.dropFirst(rise.step + 1)), since: rise.since)
    }
    changes = rollout.changes.map { ($0.time, $0.text) }
  }

  /// Writes the report as a JSON object.
  package func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("function", function)
      json.member("stable", stable)
      json.member("previous", previous)
      json.key("versions")
      json.array { json in for version in versions { Self.write(version, &json) } }
      if let rise {
        json.key("rollout")
        json.object { json in
          json.member("version", rise.version)
          json.member("percent", rise.percent)
          json.key("remaining")
          json.array { json in for percent in rise.remaining { json.value(percent) } }
          json.member("since", rise.since.rfc3339)
        }
      }
      json.key("changes")
      json.array { json in
        for change in changes {
          json.object { json in
            json.member("time", change.time.rfc3339)
            json.member("text", change.text)
          }
        }
      }
    }
  }

  private static func write(_ version: Version, _ json: inout JSONWriter) {
    json.object { json in
      json.member("version", version.name)
      json.member("weight", version.weight)
      if let url = version.url { json.member("url", url) }
      if let failure = version.failure { json.member("rolledBack", failure) }
      json.member("events", version.events)
      if let share = version.failureShare { json.member("failedShare", share) }
      if let p99 = version.p99Seconds { json.member("p99Seconds", p99) }
    }
  }
}
