import FunctionKit

/// The attributes of a `file` trigger.
struct FileSettings: Sendable {
  static let attributes = ["folder", "feed", "after", "pollInterval", "position"]

  /// What is read.
  enum Place: Sendable {
    /// A folder of files with an event each, and whether handled ones are moved away or remembered by name.
    case folder(String, moves: Bool)
    /// A file with an event per line, and the file that remembers how far it was handled.
    case feed(String, position: String)
  }

  let place: Place
  /// How often there is a look for something new, in real time.
  let pollInterval: Duration

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin: String) throws {
    let reader = try AttributeReader(trigger, origin: origin, known: Self.attributes)
    pollInterval = try reader.duration("pollInterval") ?? .seconds(1)
    switch (try reader.string("folder"), try reader.string("feed")) {
    case (let folder?, nil):
      guard !folder.isEmpty else { throw reader.wrong("folder", "a path") }
      guard !reader.has("position") else { throw reader.wrong("position", "none beside a folder") }
      place = .folder(folder, moves: try reader.choice("after", of: ["move", "remember"]) != "remember")
    case (nil, let feed?):
      guard !feed.isEmpty else { throw reader.wrong("feed", "a path") }
      guard !reader.has("after") else { throw reader.wrong("after", "none beside a feed") }
      place = .feed(feed, position: try reader.string("position") ?? "\(feed).position")
    case (.some, .some): throw reader.wrong("feed", "either folder or feed, not both")
    case (nil, nil): throw reader.missing("folder", "folder or feed")
    }
  }
}
