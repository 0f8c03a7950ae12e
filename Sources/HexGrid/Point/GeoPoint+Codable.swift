extension GeoPoint: Codable {
  private enum CodingKeys: String, CodingKey {
    case latitude
    case longitude
  }

  /// Reads an object with `latitude` and `longitude`.
  ///
  /// - Throws: `DecodingError` also when a coordinate is not finite or out of range.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      latitude: try container.decode(Double.self, forKey: .latitude),
      longitude: try container.decode(Double.self, forKey: .longitude))
    guard isValid else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: container.codingPath, debugDescription: "latitude or longitude out of range"))
    }
  }

  /// Writes an object with `latitude` and `longitude`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(latitude, forKey: .latitude)
    try container.encode(longitude, forKey: .longitude)
  }
}
