import HexGrid

/// Zones with their neighbours among them.
struct ZoneGrid {
  let cells: [HexCell]
  /// Of each zone, the places of its neighbours in `cells`; nil for one that is not there.
  let neighbors: [[Int?]]

  /// - Parameter cells: each once.
  init(cells: [HexCell]) {
    self.cells = cells
    let places = Dictionary(cells.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    neighbors = cells.map { cell in cell.neighbors.map { places[$0] } }
  }
}
