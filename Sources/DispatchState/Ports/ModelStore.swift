package import DispatchCore

/// Versions of what was learned of each region, and which of them are in use: the record.
package protocol ModelStore: Sendable {
  /// Keeps a model under the region's next number. It is not in use yet.
  func add(_ draft: ModelDraft) async throws -> ModelVersion

  /// Which versions are in use; revision 0 where none ever was.
  func modelUse(in region: RegionID) async throws -> ModelUse

  /// Replaces which versions are in use, if nobody else did since `use` was read.
  /// - Parameter use: what is to be, with the revision that was read; what is kept has the next one.
  /// - Returns: whether it was replaced.
  /// - Throws: `StateError.corrupt` where it names a version that there is not.
  func replaceModelUse(_ use: ModelUse) async throws -> Bool

  /// The versions of a region, newest first.
  func modelVersions(in region: RegionID, limit: Int) async throws -> [ModelVersion]

  /// The version of that number.
  func modelVersion(_ number: Int, in region: RegionID) async throws -> ModelVersion?

  /// The text of a version.
  func modelText(_ number: Int, in region: RegionID) async throws -> [UInt8]?

  /// Forgets versions that are not in use and not among the newest.
  /// - Returns: how many.
  func forgetModels(in region: RegionID, keeping newest: Int) async throws -> Int
}
