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
        let known = state.suggestions[suggestion.region]?[suggestion.driver]
        if known.map({ ($0.madeAt, $0.id) < (suggestion.madeAt, suggestion.id) }) ?? true {
          state.suggestions[suggestion.region, default: [:]][suggestion.driver] = suggestion
        }
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
      let latest = state.suggestions[region] ?? [:]
      let drivers = latest.compactMap { driver, suggestion in suggestion.madeAt >= moment ? driver : nil }
      return drivers.sorted().compactMap { latest[$0] }
    }
  }
}
