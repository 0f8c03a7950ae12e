import NIOCore

extension RedisClient {
  typealias Answer = RedisWaiter.Answer

  /// How often one command follows redirections before the cluster counts as confused.
  private static let maxRedirects = 32
  /// After so many redirections there is a pause before each: the nodes do not agree yet.
  private static let promptRedirects = 4
  /// How often a script is sent along with one command.
  private static let maxScriptLoads = 16
  private static let firstPause = TimeAmount.milliseconds(1)
  private static let longestPause = TimeAmount.milliseconds(50)

  /// Sends a command and repeats it for as long as that may help.
  func execute(_ command: RedisCommand, over lane: RedisNode.Lane = .shared, deadline: NIODeadline) async -> Answer {
    await topology.settleDoubts(deadline: deadline)
    switch topology.node(for: command) {
    case .failure(let error): return await recover([command], from: error, over: lane, host: "", deadline: deadline)
    case .success(let node):
      let answer =
        switch lane {
        case .shared: await node.send(command, deadline: deadline)
        case .dedicated: await node.send([command], over: lane, deadline: deadline).last ?? .failure(.init(.closed))
        }
      guard case .failure(let error) = answer else { return answer }
      return await recover([command], from: error, over: lane, host: node.host, deadline: deadline)
    }
  }

  /// Sends commands together, then repeats those for which that may help.
  func execute(_ commands: [RedisCommand], deadline: NIODeadline) async -> [Answer] {
    await topology.settleDoubts(deadline: deadline)
    var answers = await sendTogether(commands, deadline: deadline)
    for (index, answer) in answers.enumerated() {
      guard case .failure(let error) = answer.answer else { continue }
      answers[index].answer = await recover(
        [commands[index]], from: error, over: .shared, host: answer.host, deadline: deadline)
    }
    return answers.map(\.answer)
  }

  private func sendTogether(
    _ commands: [RedisCommand], deadline: NIODeadline
  ) async -> [(answer: Answer, host: String)] {
    var answers = [(answer: Answer, host: String)](
      repeating: (.failure(RedisError(.clusterDown)), ""), count: commands.count)
    var shares: [ObjectIdentifier: (node: RedisNode, indices: [Int])] = [:]
    if !topology.isCluster, let first = commands.first {
      guard case .success(let node) = topology.node(for: first) else { return answers }
      return await node.send(commands, over: .shared, deadline: deadline).map { ($0, node.host) }
    }
    for (index, command) in commands.enumerated() {
      switch topology.node(for: command) {
      case .success(let node): shares[ObjectIdentifier(node), default: (node, [])].indices.append(index)
      case .failure(let error): answers[index].answer = .failure(error)
      }
    }
    await withTaskGroup { group in
      for share in shares.values {
        group.addTask {
          let mine = share.indices.map { commands[$0] }
          return (share, await share.node.send(mine, over: .shared, deadline: deadline))
        }
      }
      for await (share, mine) in group {
        for (index, answer) in zip(share.indices, mine) { answers[index] = (answer, share.node.host) }
      }
    }
    return answers
  }

  /// Runs commands between `MULTI` and `EXEC`.
  func executeTransaction(_ commands: [RedisCommand], deadline: NIODeadline) async -> Answer {
    guard !commands.isEmpty else { return .success(.array([])) }
    await topology.settleDoubts(deadline: deadline)
    if topology.isCluster, Set(commands.compactMap(\.slot)).count > 1 {
      return .failure(RedisError(.invalidCommand, "CROSSSLOT: a transaction touches keys of several slots"))
    }
    // A script unknown inside the transaction would fail there while the other commands take effect.
    let loads = Set(commands.compactMap(\.script)).map(\.load)
    let keyed = commands.first { $0.slot != nil } ?? commands[0]
    let whole = loads + [RedisCommand("MULTI")] + commands + [RedisCommand("EXEC")]
    switch topology.node(for: keyed) {
    case .failure(let error):
      return await recover(whole, keyed: keyed, from: error, over: .shared, host: "", deadline: deadline)
    case .success(let node):
      let answer = Self.outcome(of: await node.send(whole, over: .shared, deadline: deadline))
      guard case .failure(let error) = answer else { return answer }
      return await recover(whole, keyed: keyed, from: error, over: .shared, host: node.host, deadline: deadline)
    }
  }

  /// The answer of the last command; for a transaction that was refused, why it was.
  private static func outcome(of answers: [Answer]) -> Answer {
    guard let last = answers.last else { return .failure(RedisError(.closed)) }
    switch last {
    case .success(.null) where answers.count > 1: return .failure(RedisError(.transactionAborted))
    case .failure(let error) where error.serverPrefix == "EXECABORT":
      return answers.first { $0.isFailure } ?? last
    default: return last
    }
  }

  /// Repeats commands after a failure, for as long as that may help and the deadline allows.
  /// - Parameters:
  ///   - commands: one command, or a whole transaction
  ///   - keyed: the command of a transaction whose key decides about the node; nil for a single command
  ///   - host: the host that answered with the failure
  private func recover(
    _ commands: [RedisCommand], keyed: RedisCommand? = nil, from failure: RedisError, over lane: RedisNode.Lane,
    host: String, deadline: NIODeadline
  ) async -> Answer {
    if failure.code == .timeout || failure.code == .connectionLost { topology.doubt() }
    var error = failure
    var host = host
    var attempts = Attempts()
    while true {
      let recovery = Recovery(
        error, script: keyed == nil ? commands[0].script : nil, askedHost: host,
        isCluster: topology.isCluster && configuration.whenDisconnected == .wait,
        followsRedirects: topology.followsRedirects)
      guard recovery != .giveUp, !Task.isCancelled,
        await prepare(recovery, isTransaction: keyed != nil, &attempts, deadline: deadline)
      else { return .failure(attempts.redirectCount > Self.maxRedirects ? RedisError(.tooManyRedirects) : error) }
      let node: RedisNode
      switch attempts.endpoint.map({ topology.node(at: $0) }) ?? topology.node(for: keyed ?? commands[0]) {
      case .success(let found): node = found
      case .failure(let none):
        error = none
        continue
      }
      let sent = attempts.prelude + commands
      let answers = await node.send(sent, over: lane, deadline: deadline)
      let answer = keyed == nil ? answers.last ?? .failure(RedisError(.closed)) : Self.outcome(of: answers)
      guard case .failure(let next) = answer else { return answer }
      if attempts.isLoading, next.serverPrefix == "NOSCRIPT", case .failure(let refused)? = answers.first {
        return .failure(refused)
      }
      error = next
      host = node.host
    }
  }

  /// What was tried for one command.
  private struct Attempts {
    /// Sent right before the command.
    var prelude: [RedisCommand] = []
    /// Where to send next; by the map when nil.
    var endpoint: RedisConfiguration.Endpoint?
    var redirectCount = 0
    /// How often the script was sent along: once to each node that the command came to, unless somebody flushes.
    var loadCount = 0
    /// Whether the script goes first this time.
    var isLoading = false
    var pause = RedisClient.firstPause
  }

  /// Gets ready for the next attempt.
  /// - Returns: false when there is no time or hope left
  private func prepare(
    _ recovery: Recovery, isTransaction: Bool, _ attempts: inout Attempts, deadline: NIODeadline
  ) async -> Bool {
    let asking = attempts.prelude.filter { $0.argumentCount == 1 }
    attempts.prelude = []
    attempts.isLoading = false
    switch recovery {
    case .giveUp: return false
    case .loadScript(let script):
      attempts.loadCount += 1
      attempts.isLoading = true
      attempts.prelude = [script.load] + asking
      return attempts.loadCount <= Self.maxScriptLoads
    case .moved(let slot, let endpoint):
      guard await countRedirect(&attempts, deadline: deadline) else { return false }
      attempts.endpoint = endpoint
      await topology.moved(slot, to: endpoint, deadline: deadline)
    case .ask where isTransaction:
      // ASKING holds for one command only, so a transaction waits until the slot has moved.
      return await pause(&attempts, deadline: deadline)
    case .ask(let endpoint):
      guard await countRedirect(&attempts, deadline: deadline) else { return false }
      attempts.endpoint = endpoint
      attempts.prelude = [RedisCommand("ASKING")]
      topology.asked()
    case .later: return await pause(&attempts, deadline: deadline)
    case .refresh:
      guard await pause(&attempts, deadline: deadline) else { return false }
      await topology.refresh(deadline: deadline)
    }
    return .now() < deadline
  }

  private func countRedirect(_ attempts: inout Attempts, deadline: NIODeadline) async -> Bool {
    attempts.redirectCount += 1
    guard attempts.redirectCount > Self.promptRedirects else { return true }
    guard attempts.redirectCount <= Self.maxRedirects else { return false }
    return await pause(&attempts, deadline: deadline)
  }

  /// Waits a moment, longer each time.
  /// - Returns: false when the deadline would pass meanwhile
  private func pause(_ attempts: inout Attempts, deadline: NIODeadline) async -> Bool {
    attempts.endpoint = nil
    let pause = attempts.pause
    guard deadline > .now() + pause else { return false }
    attempts.pause = min(pause + pause, Self.longestPause)
    try? await Task.sleep(for: .nanoseconds(pause.nanoseconds))
    return true
  }
}
