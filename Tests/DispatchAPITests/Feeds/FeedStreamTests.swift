import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("Feeds")
struct FeedStreamTests {
  private func message(_ sequence: Int64, _ text: String = "x") -> SequencedMessage {
    SequencedMessage(
      sequence: sequence,
      message: OutboxMessage(
        type: "cabstand.ride.\(text).v1", feedEvent: "ride", region: RegionID(trusted: "sf"),
        ride: RideID(trusted: "r1"),
        driver: nil, isForRide: true, time: Samples.start, body: Array(text.utf8)))
  }

  private func ids(_ feed: FeedStream) async throws -> [String] {
    var ids: [String] = []
    for try await event in feed { ids.append("\(event.id ?? "-"):\(event.event ?? "-")") }
    return ids
  }

  private let snapshot = ServerSentEvent(id: "5", event: "snapshot", data: [])

  @Test("The beginning comes first, then what is new; what the beginning told is skipped")
  func order() async throws {
    let (live, continuation) = AsyncStream.makeStream(of: SequencedMessage.self)
    for sequence in [3, 4, 5, 6, 9] as [Int64] { continuation.yield(message(sequence)) }
    continuation.finish()
    let feed = FeedStream(beginning: [FeedStream.event(message(4)), snapshot], afterSequence: 5, live: live)
    #expect(try await ids(feed) == ["4:ride", "5:snapshot", "6:ride", "9:ride"])
  }

  @Test("The feed ends after the last message, or at once")
  func ends() async throws {
    let (live, continuation) = AsyncStream.makeStream(of: SequencedMessage.self)
    for (sequence, text) in [(6, "a"), (7, "last"), (8, "b")] as [(Int64, String)] {
      continuation.yield(message(sequence, text))
    }
    let feed = FeedStream(beginning: [snapshot], afterSequence: 5, live: live) { $0.message.type.contains("last") }
    #expect(try await ids(feed) == ["5:snapshot", "6:ride", "7:ride"])
    let (open, _) = AsyncStream.makeStream(of: SequencedMessage.self)
    let over = FeedStream(beginning: [snapshot], afterSequence: 5, live: open, endsAtOnce: true)
    #expect(try await ids(over) == ["5:snapshot"])
  }

  @Test("A message keeps its id, event and data")
  func event() {
    let event = FeedStream.event(message(42, "told"))
    #expect(event.id == "42" && event.event == "ride" && event.data == Array("told".utf8))
  }

  @Test("Last-Event-ID is a number of ours, or an error")
  func lastEventID() throws {
    func read(_ text: String) throws -> Int64? {
      try FeedStream.lastEventID(Samples.event("", headers: [("last-event-id", text)]))
    }
    #expect(try FeedStream.lastEventID(Samples.event("")) == nil)
    #expect(try read("") == nil)
    #expect(try read("0") == 0)
    #expect(try read("9223372036854775807") == .max)
    for bad in ["-1", "x", "1.5", "9223372036854775808", " 1"] {
      let error = #expect(throws: FunctionError.self) { try read(bad) }
      #expect(error?.status == 400 && error?.code == "badLastEventID" && error?.field == "Last-Event-ID")
    }
  }
}
