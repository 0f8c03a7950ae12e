/// A value and how often it was written.
public struct KeyValueEntry: Sendable, Equatable {
  /// The value.
  public var value: [UInt8]
  /// Grows with every write of the key, from 1.
  public var revision: Int64

  /// Creates an entry.
  /// - Parameters:
  ///   - value: the value.
  ///   - revision: how often the key was written.
  public init(value: [UInt8], revision: Int64) {
    self.value = value
    self.revision = revision
  }
}

/// Small values, counters and lists by key, shared by everyone who uses the store: what a function keeps where no port of its domain exists.
///
/// Keys are text of up to 512 bytes; values, counters and lists are kept apart, so that one key may name one of each.
public protocol KeyValueStore: Sendable {
  /// The value of a key; nil where there is none, or it has expired.
  func get(_ key: String) async throws -> KeyValueEntry?

  /// Writes a value, whatever was there.
  /// - Parameters:
  ///   - key: the key.
  ///   - value: the value.
  ///   - lifetime: how long it is kept, in real time; nil for ever.
  func put(_ key: String, _ value: [UInt8], expiresAfter lifetime: Duration?) async throws

  /// Writes a value where nobody else has written since.
  /// - Parameters:
  ///   - key: the key.
  ///   - revision: what the writer has seen; nil where it has seen no value.
  ///   - value: the value.
  ///   - lifetime: how long it is kept, in real time; nil for ever.
  /// - Returns: whether it was written.
  func replace(
    _ key: String, revision: Int64?, with value: [UInt8], expiresAfter lifetime: Duration?
  ) async throws -> Bool

  /// Removes what a key names: value, counters and list.
  func remove(_ key: String) async throws

  /// Adds to several counters of a key at once.
  /// - Parameters:
  ///   - amounts: what to add, by the counter's name.
  ///   - key: the key.
  ///   - lifetime: how long the counters are kept after this, in real time; nil for ever.
  func add(_ amounts: [String: Int64], to key: String, expiresAfter lifetime: Duration?) async throws

  /// The counters of a key by their names; empty where there are none.
  func counters(of key: String) async throws -> [String: Int64]

  /// Appends to a list as long as it has room.
  /// - Parameters:
  ///   - values: what to append, in order.
  ///   - key: the list's key.
  ///   - limit: how many elements the list may have; what goes beyond is dropped.
  ///   - lifetime: how long the list is kept after this, in real time; nil for ever.
  /// - Returns: how many of the values were taken.
  func append(
    _ values: [[UInt8]], to key: String, limit: Int, expiresAfter lifetime: Duration?
  ) async throws -> Int

  /// Elements of a list.
  /// - Parameters:
  ///   - key: the list's key.
  ///   - start: the first element, from 0.
  ///   - limit: how many at most.
  func list(_ key: String, from start: Int, limit: Int) async throws -> [[UInt8]]
}

extension KeyValueStore {
  /// Writes a value that is kept for ever, whatever was there.
  public func put(_ key: String, _ value: [UInt8]) async throws {
    try await put(key, value, expiresAfter: nil)
  }
}
