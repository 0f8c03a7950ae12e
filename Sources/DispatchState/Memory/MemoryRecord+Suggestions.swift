package import DispatchCore
import Synchronization

extension MemoryRecord: SuggestionStore {
  package func suggest(_ items: [SuggestionCommit]) async throws -> [SuggestionID] {
    state.withLock { state in
      var kept: [SuggestionID] = []
      for item in items {
        let suggestion = item.suggestion
        guard let status = state.drivers[suggestion.driver], status.activity == .idle,
          status.version == suggestion.statusVersion, state.suggestionIDs.insert(suggestion.id).inserted
        else { continue }
        state.suggestions[suggestion.region, default: []].append(suggestion)
        state.append([item.message])
        kept.append(suggestion.id)
      }
      state.wake()
      return kept
    }
  }

  package func latestSuggestions(
    in region: RegionID, madeSince moment: Timestamp
  ) async throws -> [Suggestion] {
    state.withLock { state in
      var latest: [DriverID: Suggestion] = [:]
      for suggestion in state.suggestions[region] ?? [] where suggestion.madeAt >= moment {
        if let known = latest[suggestion.driver], (known.madeAt, known.id) > (suggestion.madeAt, suggestion.id) {
          continue
        }
        latest[suggestion.driver] = suggestion
      }
      return latest.values.sorted { $0.driver < $1.driver }
    }
  }
}
