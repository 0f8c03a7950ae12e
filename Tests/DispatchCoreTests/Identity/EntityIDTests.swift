import DispatchCore
import Testing

@Suite("Ids")
struct EntityIDTests {
  @Test("Every single character is allowed or not as the rule says")
  func characters() {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
    for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init) {
      let text = String(Character(scalar))
      #expect((DriverID(text) != nil) == allowed.contains(Character(scalar)), "U+\(String(scalar.value, radix: 16))")
      #expect((DriverID("a" + text + "b") != nil) == allowed.contains(Character(scalar)))
    }
  }

  @Test("1 to 64 characters, counted as bytes")
  func length() {
    #expect(RiderID("") == nil)
    #expect(RiderID(String(repeating: "x", count: 64))?.text.count == 64)
    #expect(RiderID(String(repeating: "x", count: 65)) == nil)
    for text in ["cab 7", "cab/7", "cab\n", "cab\u{0}", "câb", "１", "cab{7}", "*"] { #expect(DriverID(text) == nil) }
  }

  @Test("Ids sort and compare by their texts")
  func order() throws {
    let ids = try ["b", "a", "c-1", "c-0"].map { try #require(DriverID($0)) }
    #expect(ids.sorted().map(\.text) == ["a", "b", "c-0", "c-1"])
    #expect(DriverID("a") == DriverID(trusted: "a"))
    #expect(try #require(RideID("r1")).description == "r1")
  }

  @Test("Derived ids are valid, equal for equal input, and different for different input")
  func derived() throws {
    let rider = RiderID(trusted: "r-1")
    let moment = Timestamp(unixMilliseconds: 1_212_735_600_000)
    let quote = QuoteID.quote(for: rider, event: "event-1", at: moment)
    #expect(quote == .quote(for: rider, event: "event-1", at: moment))
    let others = [
      QuoteID.quote(for: rider, event: "event-2", at: moment),
      .quote(for: RiderID(trusted: "r-2"), event: "event-1", at: moment),
      .quote(for: rider, event: "event-1", at: moment.advanced(byMilliseconds: 1)),
      .quote(for: RiderID(trusted: "r-1e"), event: "vent-1", at: moment),
    ]
    #expect(Set(others + [quote]).count == 5)
    let ride = RideID.ride(from: quote)
    let offer = OfferID.offer(of: ride, round: 12)
    for text in [quote.text, ride.text, offer.text] {
      #expect(DriverID(text) != nil, "\(text) is no valid id")
    }
    #expect(quote.text.first == "q" && ride.text.first == "r" && offer.text.first == "o")
    #expect(offer.ride == ride)
    #expect(OfferID.offer(of: ride, round: 1) != .offer(of: ride, round: 2))
  }

  @Test("Quotes sort by the time at which they were made, from 1970 on")
  func orderedByTime() {
    var random = SeededRandom(seed: 7)
    let times =
      [0, 1, 31, 32, 1_023, 1_024, 1_212_735_600_000, 4_102_444_800_000] + (0..<200).map { _ in random.below(1 << 44) }
    let rider = RiderID(trusted: "r")
    let ids = times.sorted().map {
      QuoteID.quote(for: rider, event: "e", at: Timestamp(unixMilliseconds: Int64($0))).text
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids.map(\.count)) == [23])
    // A clock before 1970 must not trap.
    #expect(DriverID(QuoteID.quote(for: rider, event: "e", at: Timestamp(unixMilliseconds: .min)).text) != nil)
    #expect(DriverID(QuoteID.quote(for: rider, event: "e", at: Timestamp(unixMilliseconds: .max)).text) != nil)
  }

  @Test("An id that is not of our making has no ride")
  func foreignOffers() {
    for text in ["x1-1", "o1", "-", "o"] { #expect(OfferID(trusted: text).ride == nil, "\(text)") }
    #expect(OfferID(trusted: "oabc-3").ride == RideID(trusted: "rabc"))
    #expect(OfferID(trusted: "oa-b-3").ride == RideID(trusted: "ra-b"))
  }

  @Test(
    "FNV-1a gives the published values",
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
      ("b", 0xaf63_df4c_8601_f1a5), ("foo", 0xdcb2_7518_fed9_d577),
    ] as [(String, UInt64)])
  func fnv(text: String, expected: UInt64) {
    var hash = FNV1a()
    hash.combine(text)
    #expect(hash.value == expected)
    var bytes = FNV1a()
    bytes.combine(Array(text.utf8))
    #expect(bytes.value == expected)
    var pieces = FNV1a()
    for character in text { pieces.combine(String(character)) }
    #expect(pieces.value == expected)
  }
}
