import RedisClient

extension RedisClient {
  /// Runs commands in their order, and all of them once more where the connection was lost on the way, as it is when the
  /// server starts anew: for commands that may run twice.
  /// - Returns: the answers, one for each.
  /// - Throws: the first failure.
  func repeatable(_ commands: [RedisCommand], deadline: Duration) async throws(RedisError) -> [RedisValue] {
    do {
      return try await inOrder(commands, deadline: deadline)
    } catch {
      guard error.code == .connectionLost else { throw error }
      return try await inOrder(commands, deadline: deadline)
    }
  }

  private func inOrder(_ commands: [RedisCommand], deadline: Duration) async throws(RedisError) -> [RedisValue] {
    if commands.count == 1 { return [try await command(commands[0], deadline: deadline)] }
    var answers: [RedisValue] = []
    for answer in try await pipeline(commands, deadline: deadline) { answers.append(try answer.get()) }
    return answers
  }
}
