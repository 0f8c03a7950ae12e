import DispatchCore
import DispatchState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct ModelStoreTests {
  static func draft(_ text: String, region: RegionID = Sample.sf, seconds: Int = 0) -> ModelDraft {
    ModelDraft(
      region: region, origin: .trained, madeAt: Sample.time(seconds), trainedFrom: Sample.time(-1_000),
      trainedTo: Sample.time(-1), requests: 12_345, text: Array(text.utf8))
  }

  @Test(arguments: RecordKind.available)
  func versionsAreCountedByRegionAndKeepTheirTexts(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.modelVersions(in: Sample.sf, limit: 9).isEmpty)
      // Long and of any bytes: it is kept out of line and compressed.
      let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      var long = Self.draft("")
      (long.text, long.origin) = (bytes, .imported)
      let first = try await record.add(Self.draft("one"))
      let second = try await record.add(long)
      let other = try await record.add(Self.draft("other", region: Sample.nyc))
      #expect([first.number, second.number, other.number] == [1, 2, 1])
      #expect(first == Self.draft("one").version(1))
      #expect(first.checksum == ModelVersion.checksum(Array("one".utf8)) && first.bytes == 3)
      #expect(try await record.modelVersions(in: Sample.sf, limit: 9) == [second, first])
      #expect(try await record.modelVersions(in: Sample.sf, limit: 1) == [second])
      #expect(try await record.modelVersion(1, in: Sample.sf) == first)
      #expect(try await record.modelVersion(3, in: Sample.sf) == nil)
      #expect(try await record.modelText(2, in: Sample.sf) == bytes)
      #expect(try await record.modelText(1, in: Sample.nyc) == Array("other".utf8))
      #expect(try await record.modelText(2, in: Sample.nyc) == nil)
      // Nothing is in use because it is there.
      #expect(try await record.modelUse(in: Sample.sf) == ModelUse(region: Sample.sf))
    }
  }

  @Test(arguments: RecordKind.available)
  func whatIsInUseChangesByCompareAndSet(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let nothing = try await record.modelUse(in: Sample.sf)
      #expect(nothing == ModelUse(region: Sample.sf))
      for text in ["one", "two", "three"] { _ = try await record.add(Self.draft(text)) }
      #expect(try await record.replaceModelUse(nothing.activating(1)))
      // Who read before that loses.
      #expect(try await record.replaceModelUse(nothing.activating(2)) == false)
      var use = try await record.modelUse(in: Sample.sf)
      #expect(use.live == 1 && use.former == nil && use.revision == 1)
      #expect(try await record.replaceModelUse(use.trying(2, sharePercent: 20)))
      use = try await record.modelUse(in: Sample.sf)
      #expect((use.live, use.candidate, use.candidateSharePercent) == (1, 2, 20))
      #expect(try await record.replaceModelUse(use.activating(3)))
      use = try await record.modelUse(in: Sample.sf)
      #expect(use.live == 3 && use.former == 1 && use.candidate == nil && use.revision == 3)
      #expect(try await record.replaceModelUse(try #require(use.rolledBack())))
      use = try await record.modelUse(in: Sample.sf)
      #expect(use.live == 1 && use.former == 3)
      #expect(try await record.modelUse(in: Sample.nyc) == ModelUse(region: Sample.nyc))
    }
  }

  @Test(arguments: RecordKind.available)
  func aVersionThatIsNotThereCannotBeUsed(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      _ = try await record.add(Self.draft("one"))
      let use = try await record.modelUse(in: Sample.sf)
      await #expect(throws: StateError.self) { _ = try await record.replaceModelUse(use.activating(2)) }
      #expect(try await record.modelUse(in: Sample.sf) == use)
      // Where a region has no version at all, there is nothing to replace.
      #expect(try await record.replaceModelUse(ModelUse(region: Sample.nyc).activating(1)) == false)
    }
  }

  @Test(arguments: RecordKind.available)
  func ofTwoTrainersAtOnceOneWins(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let versions = try await concurrently(8) { try await record.add(Self.draft("model \($0)")) }
      #expect(Set(versions.map(\.number)) == Set(1...8))
      let use = try await record.modelUse(in: Sample.sf)
      let wins = try await concurrently(8) { try await record.replaceModelUse(use.activating($0 + 1)) }
      #expect(wins.count(where: { $0 }) == 1)
      let winner = try #require(wins.firstIndex(of: true))
      #expect(try await record.modelUse(in: Sample.sf).live == winner + 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func oldVersionsThatAreNotInUseAreForgotten(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for number in 1...9 { _ = try await record.add(Self.draft("\(number)")) }
      _ = try await record.add(Self.draft("other", region: Sample.nyc))
      var use = try await record.modelUse(in: Sample.sf)
      for number in [1, 3] {
        #expect(try await record.replaceModelUse(use.activating(number)))
        use = try await record.modelUse(in: Sample.sf)
      }
      #expect(try await record.replaceModelUse(use.trying(2, sharePercent: 1)))
      #expect(try await record.forgetModels(in: Sample.sf, keeping: 2) == 4)
      #expect(try await record.modelVersions(in: Sample.sf, limit: 99).map(\.number) == [9, 8, 3, 2, 1])
      #expect(try await record.modelVersions(in: Sample.nyc, limit: 99).count == 1)
      #expect(try await record.forgetModels(in: Sample.sf, keeping: 2) == 0)
      // A number never means two models.
      #expect(try await record.forgetModels(in: Sample.sf, keeping: 0) == 2)
      #expect(try await record.add(Self.draft("ten")).number == 10)
    }
  }
}
