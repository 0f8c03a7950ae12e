package import DispatchCore
package import HexGrid
import Synchronization

extension MemoryFleet: SurgeStore {
  package func surge(in region: RegionID) async throws -> SurgeSurface? {
    surfaces.withLock { $0[region] }
  }

  package func price(of cell: HexCell, in region: RegionID) async throws -> SurgePrice? {
    surfaces.withLock { $0[region]?.price(of: cell) }
  }

  package func publish(_ surface: SurgeSurface, replacing version: Int64?) async throws -> Bool {
    surfaces.withLock { surfaces in
      let present = surfaces[surface.region]?.tick.version
      // The same again is a retry whose answer was lost.
      if present == surface.tick.version { return true }
      guard present == version else { return false }
      surfaces[surface.region] = surface
      return true
    }
  }
}
