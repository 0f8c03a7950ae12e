import DispatchCore
import DispatchState

/// What came of training.
struct TrainingOutcome: Sendable {
  var version: ModelVersion
  var use: ModelUse
  /// The new model beside the live one; nil where no full day was on record.
  var trial: ModelTrial?
  /// Whether the version was made now; otherwise nothing has changed since it was.
  var isNew: Bool
  /// Whether it is in use; otherwise somebody else changed what is in use meanwhile.
  var isInUse: Bool
}

/// Learns a region's model from the record.
struct RegionTrainer: Sendable {
  /// How many rides or counts are read at once.
  static let pageSize = 5_000

  let models: any ModelStore
  let history: any RideHistory
  let workbench: any Workbench
  let rules: TrainingRules
  /// How far back is looked.
  let historySeconds: Int
  /// No more rides than these, the newest, are learned from.
  let mostRides: Int
  /// The share of the zones that a new version gets.
  let sharePercent: Int
  let versionsKept: Int

  /// Trains, keeps the new version and puts it in use.
  /// - Throws: `TrainingRules.Refusal` where the model is not taken, `StateError`.
  func train(_ region: Region, at now: Timestamp) async throws -> TrainingOutcome {
    // Read first: whoever puts another version in use from here on wins.
    let use = try await models.modelUse(in: region.id)
    let from = now.advanced(bySeconds: -historySeconds)
    try await checkAge(region.id, from: from, now: now)
    let live = try await model(use.live, in: region.id)
    let trainer = try await read(region, from: from, to: now, calendar: live?.requests.calendar)
    try rules.check(trainer)
    let rules = rules
    let learned = try await workbench.run { try Learned(trainer, live, rules, now) }
    if let number = use.live, let version = try await models.modelVersion(number, in: region.id),
      version.checksum == ModelVersion.checksum(learned.text)
    {
      return TrainingOutcome(version: version, use: use, trial: learned.trial, isNew: false, isInUse: true)
    }
    let version = try await models.add(
      ModelDraft(learned.model, text: learned.text, of: region.id, origin: .trained, madeAt: now))
    let isInUse = try await models.replaceModelUse(use.trying(version.number, sharePercent: sharePercent))
    _ = try await models.forgetModels(in: region.id, keeping: versionsKept)
    return TrainingOutcome(
      version: version, use: try await models.modelUse(in: region.id), trial: learned.trial, isNew: true,
      isInUse: isInUse)
  }

  /// What is reckoned on the workbench.
  private struct Learned: Sendable {
    var model: CityModel
    var text: [UInt8]
    var trial: ModelTrial?

    init(_ trainer: CityModelTrainer, _ live: CityModel?, _ rules: TrainingRules, _ now: Timestamp) throws {
      trial = trainer.trial(against: live, at: now)
      try rules.check(trial)
      guard let model = trainer.train() else { throw TrainingRules.Refusal.nothingLearned }
      self.model = model
      text = model.text
    }
  }

  /// Looks whether the record is old enough at all, before everything is read.
  private func checkAge(_ region: RegionID, from: Timestamp, now: Timestamp) async throws {
    var oldest = now
    if let first = try await history.firstRequest(in: region) { oldest = min(oldest, first) }
    let counted = try await history.pastDemand(in: region, within: from..<now, after: nil, limit: 1)
    if let first = counted.first { oldest = min(oldest, first.start) }
    let days = Int((now.seconds(since: max(oldest, from)) / 86_400).rounded(.up))
    guard days >= rules.fewestDays else {
      throw TrainingRules.Refusal.tooFewDays(found: days, needed: rules.fewestDays)
    }
  }

  private func model(_ number: Int?, in region: RegionID) async throws -> CityModel? {
    guard let number, let text = try await models.modelText(number, in: region) else { return nil }
    // A live model that cannot be read is no reason not to make a better one.
    return try await workbench.run { try? CityModel(text: text) }
  }

  /// Rides, newest first; before the first of them, the zones' history.
  private func read(
    _ region: Region, from: Timestamp, to: Timestamp, calendar: LocalCalendar?
  ) async throws -> CityModelTrainer {
    var trainer = CityModelTrainer(calendar: calendar ?? LocalCalendar(around: region.bounds.center))
    var page = PastRidePage.before(to)
    var first = to
    var left = mostRides
    while true {
      let rides = try await history.pastRides(in: region.id, from: from, page, limit: min(left, Self.pageSize))
      for ride in rides { trainer.add(ride) }
      guard let last = rides.last else { break }
      first = last.requestedAt
      page = .after(last)
      left -= rides.count
      // As many as may be: what was before stays out, as it would be learned from in part.
      guard left > 0 else { return trainer }
    }
    var last: PastDemand?
    while true {
      let counts = try await history.pastDemand(
        in: region.id, within: from..<max(from, first), after: last, limit: Self.pageSize)
      for count in counts { trainer.add(count.requests, in: count.zone, at: count.start) }
      guard let final = counts.last else { return trainer }
      last = final
    }
  }
}
