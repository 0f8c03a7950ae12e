package import DispatchCore
package import DispatchState
import FunctionKit

/// Chooses which versions of a region's model are in use, for operators over HTTP and on the command line alike.
package struct ModelDesk: Sendable {
  /// How many versions are listed.
  package static let mostListed = 100

  private let models: any ModelStore

  package init(_ models: any ModelStore) {
    self.models = models
  }

  /// The versions of a region and which are in use, as JSON.
  package func list(_ region: RegionID) async throws -> ModelList {
    ModelList(
      use: try await models.modelUse(in: region),
      versions: try await models.modelVersions(in: region, limit: Self.mostListed))
  }

  /// Puts a version live, or gives it a share of the zones.
  /// - Throws: `FunctionError` with the code `unknownModel` or `modelsChanged`.
  package func activate(_ number: Int, sharePercent: Int, in region: RegionID) async throws -> ModelUse {
    guard try await models.modelVersion(number, in: region) != nil else { throw Self.unknown(number, region) }
    return try await replace(try await models.modelUse(in: region).trying(number, sharePercent: sharePercent))
  }

  /// Puts the former version live again.
  /// - Throws: `FunctionError` with the code `noFormerModel` or `modelsChanged`.
  package func rollBack(_ region: RegionID) async throws -> ModelUse {
    guard let use = try await models.modelUse(in: region).rolledBack() else {
      throw FunctionError(.conflict, code: "noFormerModel", "No version of \(region) was live before the present one.")
    }
    return try await replace(use)
  }

  /// Keeps a model as a region's next version and puts it in use.
  /// - Parameters:
  ///   - draft: the model.
  ///   - sharePercent: the share of the zones that it gets; 0 keeps it out of use.
  package func publish(_ draft: ModelDraft, sharePercent: Int) async throws -> ModelVersion {
    let version = try await models.add(draft)
    if sharePercent > 0 { _ = try await activate(version.number, sharePercent: sharePercent, in: draft.region) }
    return version
  }

  /// The text of a version.
  /// - Throws: `FunctionError` with the code `unknownModel`.
  package func text(_ number: Int, in region: RegionID) async throws -> [UInt8] {
    guard let text = try await models.modelText(number, in: region) else { throw Self.unknown(number, region) }
    return text
  }

  private func replace(_ use: ModelUse) async throws -> ModelUse {
    guard try await models.replaceModelUse(use) else {
      throw FunctionError(.conflict, code: "modelsChanged", "Other versions came into use meanwhile; look again.")
    }
    return try await models.modelUse(in: use.region)
  }

  private static func unknown(_ number: Int, _ region: RegionID) -> FunctionError {
    FunctionError(.notFound, code: "unknownModel", "There is no model \(number) of \(region).", field: "version")
  }
}

/// The versions of a region's model, newest first, and which are in use.
package struct ModelList: Sendable {
  package var use: ModelUse
  package var versions: [ModelVersion]

  package init(use: ModelUse, versions: [ModelVersion]) {
    self.use = use
    self.versions = versions
  }
}
