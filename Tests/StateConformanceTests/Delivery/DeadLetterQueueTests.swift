import FunctionKit
import PostgresState
import Testing

/// Dead letters, in memory and in PostgreSQL alike.
@Suite(.timeLimit(.minutes(8)))
struct DeadLetterQueueTests {
  private func run(_ kind: RecordKind, _ body: (any DeadLetterQueue) async throws -> Void) async throws {
    switch kind {
    case .memory: try await body(MemoryDeadLetterQueue())
    case .postgres: try await RecordServer.withDatabase { pool in try await body(PostgresDeadLetters(pool: pool)) }
    }
  }

  private func letter(_ number: Int, function: String = "settle", attempts: Int = 5, at: Int64 = 1_000) -> DeadLetter {
    var event = StreamSamples.event(number)
    event.extensions["odd"] = "\u{1F695} \"quoted\""
    event.body = [0, 255, 34, 10]
    event.request = HTTPRequestInfo(
      method: "POST", path: "/v1/rides/\(number)", parameters: ["id": "\(number)"], query: ["q": "1 2"],
      headers: [("x-cabstand-caller", "rider:u1")])
    return DeadLetter(
      place: .init(function: function, trigger: "rides"), kind: "redis-stream", event: event,
      reason: DeadLetterReason(code: "down", message: "zero \0 and \u{1F4A5}", attempts: attempts),
      firstFailure: EventTime(unixMilliseconds: at), lastFailure: EventTime(unixMilliseconds: at + 1))
  }

  @Test(arguments: RecordKind.available)
  func `an event is kept whole`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      let given = letter(1)
      try await queue.add(given)
      let kept = try #require(try await queue.letters(DeadLetterFilter()).first)
      #expect(kept.event.id == given.event.id && kept.event.source == given.event.source)
      #expect(kept.event.type == given.event.type && kept.event.subject == given.event.subject)
      #expect(kept.event.time == given.event.time && kept.event.dataContentType == given.event.dataContentType)
      #expect(kept.event.extensions == given.event.extensions)
      #expect(kept.event.body == given.event.body)
      #expect(kept.event.request?.parameters == ["id": "1"])
      #expect(kept.event.request?.query == ["q": "1 2"])
      #expect(kept.event.request?.header("x-cabstand-caller") == "rider:u1")
      #expect(kept.place == given.place && kept.kind == given.kind && kept.state == .waiting && kept.redrives == 0)
      #expect(kept.reason.code == "down" && kept.reason.attempts == 5)
      #expect(kept.firstFailure == given.firstFailure && kept.lastFailure == given.lastFailure)
    }
  }

  @Test(arguments: RecordKind.available)
  func `the same event again adds to its letter`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      try await queue.add(letter(1, at: 1_000))
      try await queue.add(letter(1, attempts: 2, at: 9_000))
      try await queue.add(letter(1, function: "other"))
      // Names of any length.
      var long = letter(2)
      long.event.id = String(repeating: "x", count: 20_000)
      try await queue.add(long)
      let letters = try await queue.letters(DeadLetterFilter())
      #expect(letters.map(\.place.function) == ["settle", "other", "settle"])
      #expect(letters[0].reason.attempts == 7)
      #expect(letters[0].firstFailure.unixMilliseconds == 1_000)
      #expect(letters[0].lastFailure.unixMilliseconds == 9_001)
      #expect(letters[0].redrives == 0)
    }
  }

  @Test(arguments: RecordKind.available)
  func `filters narrow and pages follow each other`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      for number in 0..<6 {
        try await queue.add(letter(number, function: number % 2 == 0 ? "even" : "odd", at: Int64(number) * 1_000))
      }
      let all = try await queue.letters(DeadLetterFilter())
      func numbers(_ filter: DeadLetterFilter) async throws -> [String] {
        try await queue.letters(filter).map(\.event.id)
      }
      #expect(all.map(\.event.id) == (0..<6).map { "e\($0)" })
      #expect(try await numbers(DeadLetterFilter(function: "odd")) == ["e1", "e3", "e5"])
      #expect(
        try await numbers(DeadLetterFilter(trigger: "rides", since: EventTime(unixMilliseconds: 4_001))) == [
          "e4", "e5",
        ])
      #expect(try await numbers(DeadLetterFilter(trigger: "nope")).isEmpty)
      #expect(try await numbers(DeadLetterFilter(ids: [all[2].id, all[4].id, -7])) == ["e2", "e4"])
      #expect(try await numbers(DeadLetterFilter(after: all[1].id, limit: 2)) == ["e2", "e3"])
      #expect(try await queue.purge(DeadLetterFilter(function: "odd", limit: 2)) == 2)
      #expect(try await numbers(DeadLetterFilter()) == ["e0", "e2", "e4", "e5"])
      #expect(try await queue.purge(DeadLetterFilter()) == 4)
      #expect(try await numbers(DeadLetterFilter()).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func `whoever asks twice gets one attempt`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      for number in 0..<3 { try await queue.add(letter(number)) }
      let places = [letter(0).place]
      func take(_ consumer: String, lease: Duration = .seconds(600)) async throws -> [String] {
        try await queue.takeRedriven(places, consumer: consumer, lease: lease, limit: 10).map(\.event.id).sorted()
      }
      #expect(try await take("a").isEmpty)
      let ids = try await queue.letters(DeadLetterFilter()).map(\.id)
      #expect(try await queue.redrive(DeadLetterFilter(ids: [ids[0], ids[1]])) == 2)
      #expect(try await queue.redrive(DeadLetterFilter(ids: [ids[0], ids[1]])) == 0)
      #expect(
        try await queue.takeRedriven(
          [.init(function: "other", trigger: "rides")], consumer: "a", lease: .seconds(9), limit: 9
        ).isEmpty)
      #expect(try await take("a") == ["e0", "e1"])
      #expect(try await take("b").isEmpty)
      // What somebody is at is neither purged nor asked for again.
      #expect(try await queue.redrive(DeadLetterFilter(ids: [ids[0]])) == 0)
      #expect(try await queue.purge(DeadLetterFilter(ids: [ids[0]])) == 0)
      try await queue.remove([ids[1]])
      try await queue.add(letter(0, attempts: 1, at: 50_000))
      let back = try #require(try await queue.letters(DeadLetterFilter(ids: [ids[0]])).first)
      #expect(back.state == .waiting && back.redrives == 1 && back.reason.attempts == 6)
      #expect(back.firstFailure.unixMilliseconds == 1_000)
      #expect(try await queue.letters(DeadLetterFilter()).map(\.event.id) == ["e0", "e2"])
    }
  }

  @Test(arguments: RecordKind.available)
  func `what a dead instance took is free after its lease`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      try await queue.add(letter(1))
      let places = [letter(0).place]
      #expect(try await queue.redrive(DeadLetterFilter()) == 1)
      let taken = try await queue.takeRedriven(places, consumer: "dead", lease: .milliseconds(1), limit: 1)
      #expect(taken.count == 1)
      // Another's promise to keep it means nothing.
      try await queue.keep(taken.map(\.id), consumer: "b", lease: .seconds(600))
      try await eventually("it is free") {
        try await !queue.takeRedriven(places, consumer: "b", lease: .seconds(600), limit: 1).isEmpty
      }
      try await queue.keep(taken.map(\.id), consumer: "b", lease: .milliseconds(1))
      try await eventually("it is free again") {
        try await !queue.takeRedriven(places, consumer: "c", lease: .seconds(600), limit: 1).isEmpty
      }
    }
  }

  @Test(arguments: RecordKind.available)
  func `of many who take one gets it`(_ kind: RecordKind) async throws {
    try await run(kind) { queue in
      for number in 0..<40 { try await queue.add(letter(number)) }
      #expect(try await queue.redrive(DeadLetterFilter()) == 40)
      let places = [letter(0).place]
      let taken = try await withThrowingTaskGroup(of: [String].self) { group in
        for consumer in 0..<8 {
          group.addTask {
            var taken: [String] = []
            while true {
              let part = try await queue.takeRedriven(places, consumer: "c\(consumer)", lease: .seconds(600), limit: 3)
              if part.isEmpty { return taken }
              taken += part.map(\.event.id)
            }
          }
        }
        return try await group.reduce(into: [String]()) { $0 += $1 }
      }
      #expect(taken.count == 40)
      #expect(Set(taken).count == 40)
    }
  }
}
