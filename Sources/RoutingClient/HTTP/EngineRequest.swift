/// One request to an engine.
struct EngineRequest: Sendable, Hashable {
  /// Path and query.
  var path: String
  /// A JSON body, which makes it a POST; nil asks with GET.
  var body: [UInt8]?
}

/// An engine's answer.
struct EngineReply: Sendable, Hashable {
  /// The status code.
  var status: Int
  var body: [UInt8]
}
