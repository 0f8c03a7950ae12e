/// Ids of our own are derived, never drawn: the same events give the same ids, and a retry finds what the first try made.
extension EntityID where Kind == QuoteKind {
  /// The id of the quote that a rider's event asks for: ordered by time, unique by rider and event.
  /// - Parameters:
  ///   - rider: who asks.
  ///   - event: the id of the asking event.
  ///   - time: when the quote is made.
  package static func quote(for rider: RiderID, event: String, at time: Timestamp) -> QuoteID {
    var hash = FNV1a()
    hash.combine(rider.text)
    hash.combine("\u{0}")
    hash.combine(event)
    let moment = String(UInt64(bitPattern: max(time.unixMilliseconds, 0)), radix: 32)
    let name = String(hash.value, radix: 32)
    return QuoteID(
      trusted: "q" + String(repeating: "0", count: max(0, 9 - moment.count)) + moment
        + String(repeating: "0", count: max(0, 13 - name.count)) + name)
  }
}

extension EntityID where Kind == RideKind {
  /// The id of the one ride that a quote can become.
  package static func ride(from quote: QuoteID) -> RideID {
    RideID(trusted: "r" + quote.text.dropFirst())
  }
}

extension EntityID where Kind == OfferKind {
  /// The id of a ride's nth offer.
  /// - Parameters:
  ///   - ride: the ride on offer.
  ///   - round: 1 for its first offer.
  package static func offer(of ride: RideID, round: Int) -> OfferID {
    OfferID(trusted: "o\(ride.text.dropFirst())-\(round)")
  }

  /// The ride that an offer id of ours belongs to; nil where the id is not of our making.
  package var ride: RideID? {
    guard text.first == "o", let dash = text.lastIndex(of: "-") else { return nil }
    return RideID("r" + text[..<dash].dropFirst())
  }
}
