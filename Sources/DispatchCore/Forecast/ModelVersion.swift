/// A stored version of a region's city model: everything about it but the model itself.
package struct ModelVersion: Sendable, Hashable {
  /// How a version came to be.
  package enum Origin: String, Sendable, CaseIterable {
    /// From the rides on record.
    case trained
    /// From a file.
    case imported
  }

  package var region: RegionID
  /// Counts a region's versions, from 1.
  package var number: Int
  package var origin: Origin
  package var madeAt: Timestamp
  /// The first request that it was learned from.
  package var trainedFrom: Timestamp
  /// The last one.
  package var trainedTo: Timestamp
  /// How many requests it was learned from.
  package var requests: Int
  /// 64-bit FNV-1a of the model's text.
  package var checksum: UInt64
  /// How long the text is.
  package var bytes: Int

  package init(
    region: RegionID, number: Int, origin: Origin, madeAt: Timestamp, trainedFrom: Timestamp, trainedTo: Timestamp,
    requests: Int, checksum: UInt64, bytes: Int
  ) {
    self.region = region
    self.number = number
    self.origin = origin
    self.madeAt = madeAt
    self.trainedFrom = trainedFrom
    self.trainedTo = trainedTo
    self.requests = requests
    self.checksum = checksum
    self.bytes = bytes
  }

  /// The checksum of a model's text.
  package static func checksum(_ text: [UInt8]) -> UInt64 {
    var hash = FNV1a()
    hash.combine(text)
    return hash.value
  }
}

/// A model that has no number yet.
package struct ModelDraft: Sendable, Hashable {
  package var region: RegionID
  package var origin: ModelVersion.Origin
  package var madeAt: Timestamp
  package var trainedFrom: Timestamp
  package var trainedTo: Timestamp
  package var requests: Int
  package var text: [UInt8]

  package init(
    region: RegionID, origin: ModelVersion.Origin, madeAt: Timestamp, trainedFrom: Timestamp, trainedTo: Timestamp,
    requests: Int, text: [UInt8]
  ) {
    self.region = region
    self.origin = origin
    self.madeAt = madeAt
    self.trainedFrom = trainedFrom
    self.trainedTo = trainedTo
    self.requests = requests
    self.text = text
  }

  /// - Parameters:
  ///   - model: the model.
  ///   - text: its text.
  ///   - region: what it was learned of.
  ///   - origin: how it came to be.
  ///   - madeAt: when.
  package init(
    _ model: CityModel, text: [UInt8], of region: RegionID, origin: ModelVersion.Origin, madeAt: Timestamp
  ) {
    self.init(
      region: region, origin: origin, madeAt: madeAt, trainedFrom: model.trainedFrom, trainedTo: model.trainedTo,
      requests: model.requests.trainedOn, text: text)
  }

  /// The version that the draft becomes.
  package func version(_ number: Int) -> ModelVersion {
    ModelVersion(
      region: region, number: number, origin: origin, madeAt: madeAt, trainedFrom: trainedFrom, trainedTo: trainedTo,
      requests: requests, checksum: ModelVersion.checksum(text), bytes: text.count)
  }
}
