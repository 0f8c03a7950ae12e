package import DispatchCore
import Synchronization

extension MemoryRecord: ModelStore {
  /// A region's models.
  struct Models {
    var versions: [Int: ModelVersion] = [:]
    var texts: [Int: [UInt8]] = [:]
    var lastNumber = 0
    var use: ModelUse

    init(region: RegionID) {
      use = ModelUse(region: region)
    }
  }

  package func add(_ draft: ModelDraft) async throws -> ModelVersion {
    state.withLock { state in
      var models = state.models[draft.region] ?? Models(region: draft.region)
      models.lastNumber += 1
      let version = draft.version(models.lastNumber)
      models.versions[version.number] = version
      models.texts[version.number] = draft.text
      state.models[draft.region] = models
      return version
    }
  }

  package func modelUse(in region: RegionID) async throws -> ModelUse {
    state.withLock { $0.models[region]?.use ?? ModelUse(region: region) }
  }

  package func replaceModelUse(_ use: ModelUse) async throws -> Bool {
    try state.withLock { state in
      guard var models = state.models[use.region], models.use.revision == use.revision else { return false }
      for number in [use.live, use.former, use.candidate].compactMap(\.self) where models.versions[number] == nil {
        throw StateError.corrupt("there is no model \(number)")
      }
      models.use = use
      models.use.revision += 1
      state.models[use.region] = models
      return true
    }
  }

  package func modelVersions(in region: RegionID, limit: Int) async throws -> [ModelVersion] {
    state.withLock { state in
      Array((state.models[region]?.versions.values.sorted { $0.number > $1.number } ?? []).prefix(max(0, limit)))
    }
  }

  package func modelVersion(_ number: Int, in region: RegionID) async throws -> ModelVersion? {
    state.withLock { $0.models[region]?.versions[number] }
  }

  package func modelText(_ number: Int, in region: RegionID) async throws -> [UInt8]? {
    state.withLock { $0.models[region]?.texts[number] }
  }

  package func forgetModels(in region: RegionID, keeping newest: Int) async throws -> Int {
    state.withLock { state in
      guard var models = state.models[region] else { return 0 }
      let old = models.versions.keys.sorted(by: >).dropFirst(max(0, newest))
      let unused = old.filter { models.use.state(of: $0) == .idle }
      for number in unused {
        models.versions[number] = nil
        models.texts[number] = nil
      }
      state.models[region] = models
      return unused.count
    }
  }
}
