import FunctionKit
import RedisClient

extension RedisEventStream {
  /// The dead letters of a topic, in the order in which they were given up.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - cursor: the id of the dead letter after which to go on; nil begins.
  ///   - limit: at most so many.
  package func deadLetters(of topic: String, after cursor: String? = nil, limit: Int = 100) async throws
    -> [DeadLetter]
  {
    let topic = try TopicName(topic)
    if let cursor, !Self.isEntryID(cursor) {
      throw FunctionError(.badInput, code: "badCursor", "a cursor is the id of a dead letter")
    }
    let command = RedisCommand(
      "XRANGE", RedisKeys.deadLetters(topic), cursor.map { "(\($0)" } ?? "-", "+", "COUNT", max(limit, 1))
    return try await run(command) { value throws(RedisError) in
      var letters: [DeadLetter] = []
      for item in try value.array() {
        let parts = try item.array()
        guard parts.count == 2 else { throw RedisError(.unexpectedReply) }
        letters.append(try DeadLetter(id: try parts[0].string(), fields: parts[1], topic: topic))
      }
      return letters
    }
  }

  /// Puts dead letters back at the end of their topic, for all its groups.
  /// - Parameters:
  ///   - ids: the ids of dead letters; those that are gone are left out.
  ///   - topic: the stream's name.
  /// - Returns: how many were put back.
  package func redrive(_ ids: [String], topic: String) async throws -> Int {
    let topic = try TopicName(topic)
    var call = StreamScripts.redrive.call(keys: [RedisKeys.topic(topic), RedisKeys.deadLetters(topic)])
    call.append(contentsOf: ids.filter(Self.isEntryID))
    return try await run(call) { value throws(RedisError) in try value.integer() }
  }
}
