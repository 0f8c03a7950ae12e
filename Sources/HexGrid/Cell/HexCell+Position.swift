extension HexCell {
  /// The cell of `resolution` that holds `position`.
  ///
  /// Returns nil when a coordinate is not finite or the resolution is outside 0...15. Coordinates beyond the usual range
  /// go round the globe as they do in H3.
  public init?(_ position: GeoPoint, resolution: Int) {
    guard Self.resolutions.contains(resolution) else { return nil }
    if let address = FastProjection.address(of: position, resolution: resolution),
      let cell = address.cell(at: resolution)
    {
      self.init(cell)
      return
    }
    self.init(exactly: position, resolution: resolution)
  }

  /// The same by H3's own order of operations, for positions that the fast projection does not decide.
  @inline(never)
  init?(exactly position: GeoPoint, resolution: Int) {
    guard position.latitude.isFinite, position.longitude.isFinite else { return nil }
    let address = ExactProjection.address(of: position, resolution: resolution)
    guard let cell = address.cell(at: resolution) else { return nil }
    self.init(cell)
  }
}
