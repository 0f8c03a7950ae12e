extension HexCell: Codable {
  /// Reads the text form.
  ///
  /// - Throws: `DecodingError` when the text does not name a cell.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let cell = HexCell(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an H3 cell")
    }
    self = cell
  }

  /// Writes the text form, since a number of 60 bits does not survive JSON readers that use doubles.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
