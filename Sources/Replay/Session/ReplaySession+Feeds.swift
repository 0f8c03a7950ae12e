import FunctionKit
import HexGrid
import NIOCore

extension ReplaySession {
  private static let mostFeedsOpening = 64

  /// Opens the feed of a driver, unless it is open.
  func openDriverFeed(_ driver: Int) async {
    guard !feeds.values.contains(where: { $0.subject == .driver(driver) }) else { return }
    await openFeed(.driver(driver), path: "/v1/drivers/\(world.name(ofDriver: driver))/feed")
  }

  /// Opens the feed of a rider's ride.
  func openRiderFeed(_ request: Int, rideID: String) async {
    await openFeed(.request(request), path: "/v1/rides/\(rideID)/feed")
  }

  private func openFeed(_ subject: Feed.Subject, path: String) async {
    let feed = Feed(subject: subject, path: path, key: await client.makeStreamKey())
    feeds[feed.key] = feed
    let key = feed.key
    spawn { await $0.follow(feedWithKey: key) }
  }

  /// Reads a feed until nothing more is expected of it, over any number of connections.
  private func follow(feedWithKey key: Int) async {
    guard let feed = feeds[key] else { return }
    var pauseMilliseconds = 50.0
    while !feed.isDone, !isStopping, !isGone {
      await passGate()
      await takeFeedSlot()
      if feed.isDone || isStopping || isGone {
        giveFeedSlot()
        break
      }
      let isHealthy = await readOnce(feed)
      if !feed.isLive { giveFeedSlot() }
      feed.isLive = false
      if feed.isDone || isStopping { break }
      if feed.isReopening || isHealthy {
        feed.isReopening = false
        pauseMilliseconds = 50
        if isHealthy { try? await Task.sleep(for: .milliseconds(50)) }
      } else {
        try? await Task.sleep(for: .microseconds(Int64(pauseMilliseconds * Double.random(in: 500...1_500))))
        pauseMilliseconds = min(pauseMilliseconds * 2, 1_000)
      }
    }
    if feed.isFailing { afterOutage(outages.gaveUp(at: .now())) }
    feeds[key] = nil
  }

  /// Reads one stream to its end.
  /// - Returns: whether it ended in order.
  private func readOnce(_ feed: Feed) async -> Bool {
    feed.parser = ServerSentEventParser()
    feed.opened = .now()
    var headers: [(name: String, value: String)] = [("accept", "text/event-stream")]
    switch feed.subject {
    case .driver(let driver): headers.append(("x-cabstand-caller", "driver:" + world.name(ofDriver: driver)))
    case .request(let request): headers.append(("x-cabstand-caller", "rider:" + world.name(ofRiderOf: request)))
    }
    if let id = feed.lastEventID { headers.append(("last-event-id", id)) }
    let key = feed.key
    let start = NIODeadline.now()
    do throws(HTTPFailure) {
      let reply = try await client.stream(HTTPCall(.get, feed.path, headers: headers), key: key) { [weak self] bytes in
        guard let self else { return }
        self.assumeIsolated { $0.take(bytes, ofFeedWithKey: key) }
      }
      if reply.status == 200 { return true }
      let name = "\(reply.status) \(reply.problemCode ?? "")"
      if reply.status == 429 { calls.refused(name) } else { feedFailed(feed, name, start: start) }
      if reply.status == 404 || reply.status == 410, case .request = feed.subject { feed.isDone = true }
      return false
    } catch {
      if feed.isReopening || feed.isDone || isStopping { return false }
      feedFailed(feed, feed.isLive ? "feedLost" : error.code, start: feed.isLive ? .now() : start)
      if error == .refused || error == .lost { noteLost() }
      return false
    }
  }

  private func feedFailed(_ feed: Feed, _ cause: String, start: NIODeadline) {
    calls.failed(cause)
    outages.failed(isFirst: !feed.isFailing, start: start, cause: cause)
    feed.isFailing = true
  }

  /// Opens a feed anew, for a fresh snapshot.
  func reopen(_ feed: Feed) {
    guard feed.isLive, !feed.isReopening else { return }
    feed.isReopening = true
    let key = feed.key
    spawn { await $0.client.closeStream(key) }
  }

  /// Opens feeds anew that have been silent for long: an event may have been lost with a store.
  func reopenQuietFeeds(_ now: NIODeadline) {
    let limit = TimeAmount.milliseconds(Int64(options.quietFeedSeconds * 1_000))
    for feed in feeds.values where feed.isLive && max(feed.heard, feed.opened) + limit < now { reopen(feed) }
  }

  /// Only so many feeds are opened at once, lest a returning server drown in them.
  private func takeFeedSlot() async {
    if feedsOpening < Self.mostFeedsOpening {
      feedsOpening += 1
    } else {
      await withCheckedContinuation { feedWaiters.append($0) }
    }
  }

  private func giveFeedSlot() {
    if feedWaiters.isEmpty {
      feedsOpening -= 1
    } else {
      feedWaiters.removeFirst().resume()
    }
  }

  // MARK: Events

  private func take(_ bytes: ByteBuffer, ofFeedWithKey key: Int) {
    guard let feed = feeds[key] else { return }
    if !feed.isLive {
      feed.isLive = true
      giveFeedSlot()
      if feed.isFailing {
        feed.isFailing = false
        afterOutage(outages.succeeded(at: .now()))
      }
    }
    var events: [StreamedEvent] = []
    let isSound = feed.parser.consume(bytes.readableBytesView) { events.append($0) }
    for event in events {
      feed.heard = .now()
      if let id = event.id { feed.lastEventID = id }
      handle(event, of: feed)
    }
    if !isSound { reopen(feed) }
  }

  private func handle(_ event: StreamedEvent, of feed: Feed) {
    guard let json = try? JSONValue(parsing: event.data) else {
      calls.failed("malformedEvent")
      return
    }
    switch feed.subject {
    case .driver(let driver): handle(event.name, json, ofDriver: driver)
    case .request(let request):
      guard event.name == "ride" || event.name == "snapshot", let ride = RideView(json["ride"] ?? json) else { return }
      tell(.riderRide(request: request, ride))
      if ride.stage.isFinal {
        feed.isDone = true
        let key = feed.key
        spawn { await $0.client.closeStream(key) }
      }
    }
  }

  private func handle(_ name: String, _ json: JSONValue, ofDriver driver: Int) {
    switch name {
    case "snapshot":
      tell(
        .snapshot(
          driver: driver, isOnline: json["status"]?.text != "offline", offer: json["offer"].flatMap { OfferView($0) },
          ride: json["ride"].flatMap { RideView($0) }, next: json["nextRide"].flatMap { RideView($0) }))
    case "offer":
      if let offer = OfferView(json) { tell(.offer(driver: driver, offer)) } else { calls.failed("malformedEvent") }
    case "offerWithdrawn":
      if let offerID = json["offerId"]?.text { tell(.offerWithdrawn(driver: driver, offerID: offerID)) }
    case "ride":
      if let ride = RideView(json["ride"] ?? json) { tell(.driverRide(driver: driver, ride)) }
    case "reposition":
      if let target = json["target"].flatMap({ GeoPoint(json: $0) }) {
        tell(.reposition(driver: driver, target: target))
      }
    default: break
    }
  }
}
