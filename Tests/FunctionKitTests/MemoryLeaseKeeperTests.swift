import Testing

@testable import FunctionKit

struct MemoryLeaseKeeperTests {
  @Test func oneHolderAtATimeWithGrowingTokens() async throws {
    let keeper = MemoryLeaseKeeper()
    let first = try #require(try await keeper.acquire("a", for: .seconds(100)))
    #expect(try await keeper.acquire("a", for: .seconds(100)) == nil)
    #expect(try await keeper.acquire("b", for: .seconds(100)) != nil)
    try await keeper.release(first)
    let second = try #require(try await keeper.acquire("a", for: .zero))
    #expect(second.fencingToken > first.fencingToken)
    // It has run out by now; its late release must not touch the next holder's.
    let third = try #require(try await keeper.acquire("a", for: .seconds(100)))
    try await keeper.release(second)
    #expect(try await keeper.acquire("a", for: .seconds(100)) == nil)
    #expect(third.fencingToken > second.fencingToken)
  }

  @Test func theHolderAloneMakesItLonger() async throws {
    let keeper = MemoryLeaseKeeper()
    let first = try #require(try await keeper.acquire("a", for: .seconds(100)))
    #expect(try await keeper.renew(first, for: .seconds(200)))
    #expect(try await !keeper.renew(Lease(name: "a", fencingToken: first.fencingToken + 1), for: .seconds(200)))
    #expect(try await !keeper.renew(Lease(name: "b", fencingToken: first.fencingToken), for: .seconds(200)))
    // One that was made to end has ended, and is not brought back.
    #expect(try await keeper.renew(first, for: .zero))
    #expect(try await !keeper.renew(first, for: .seconds(200)))
    #expect(try await keeper.acquire("a", for: .seconds(100)) != nil)
    #expect(try await !keeper.renew(first, for: .seconds(200)))
  }

  @Test func forgetsWhatHasRunOut() async throws {
    let keeper = MemoryLeaseKeeper()
    for index in 0..<10_000 { _ = try await keeper.acquire("\(index)", for: .zero) }
    #expect(try await keeper.acquire("0", for: .seconds(1)) != nil)
  }
}
