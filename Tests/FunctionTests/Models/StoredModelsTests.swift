import DispatchCore
import DispatchState
import Synchronization
import Testing

@Suite("Models of a store")
struct StoredModelsTests {
  /// Counts what is read, and fails when told to.
  private final class Store: ModelStore {
    let record = MemoryRecord()
    let texts = Mutex(0)
    let isDown = Mutex(false)

    private func check() throws {
      if isDown.withLock({ $0 }) { throw StateError.unavailable("for the test") }
    }

    func add(_ draft: ModelDraft) async throws -> ModelVersion { try await record.add(draft) }
    func modelUse(in region: RegionID) async throws -> ModelUse {
      try check()
      return try await record.modelUse(in: region)
    }
    func replaceModelUse(_ use: ModelUse) async throws -> Bool { try await record.replaceModelUse(use) }
    func modelVersions(in region: RegionID, limit: Int) async throws -> [ModelVersion] { [] }
    func modelVersion(_ number: Int, in region: RegionID) async throws -> ModelVersion? { nil }
    func modelText(_ number: Int, in region: RegionID) async throws -> [UInt8]? {
      try check()
      texts.withLock { $0 += 1 }
      return try await record.modelText(number, in: region)
    }
    func forgetModels(in region: RegionID, keeping newest: Int) async throws -> Int { 0 }
  }

  private func keep(_ days: Int, in store: Store) async throws -> Int {
    let city = try await City()
    try await city.live(days: days)
    var trainer = CityModelTrainer(calendar: LocalCalendar(utcOffsetSeconds: 0))
    let rides = try await city.record.pastRides(
      in: City.region, from: Timestamp(unixMilliseconds: 0), .before(city.now), limit: .max)
    for ride in rides { trainer.add(ride) }
    let model = try #require(trainer.train())
    let version = try await store.add(
      ModelDraft(model, text: model.text, of: City.region, origin: .imported, madeAt: city.now))
    return version.number
  }

  private func use(_ store: Store, _ change: (ModelUse) -> ModelUse?) async throws {
    let use = try #require(change(try await store.modelUse(in: City.region)))
    #expect(try await store.replaceModelUse(use))
  }

  @Test("A version is read once, and the next as soon as it is live")
  func versions() async throws {
    let store = Store()
    let models = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .zero)
    #expect(try await models.model(for: City.region) == nil)
    for days in [2, 3] { _ = try await keep(days, in: store) }
    #expect(try await models.model(for: City.region) == nil)
    try await use(store) { $0.activating(1) }
    for _ in 0..<5 { #expect(try await models.model(for: City.region)?.version == "1") }
    #expect(store.texts.withLock { $0 } == 1)
    try await use(store) { $0.trying(2, sharePercent: 25) }
    #expect(try await models.model(for: City.region)?.version == "1+2@25")
    try await use(store) { $0.activating(2) }
    #expect(try await models.model(for: City.region)?.version == "2")
    try await use(store) { $0.rolledBack() }
    #expect(try await models.model(for: City.region)?.version == "1")
  }

  @Test("Within the span of a look nobody asks the store")
  func looks() async throws {
    let store = Store()
    let models = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .seconds(3_600))
    _ = try await keep(2, in: store)
    try await use(store) { $0.activating(1) }
    #expect(try await models.model(for: City.region)?.version == "1")
    store.isDown.withLock { $0 = true }
    #expect(try await models.model(for: City.region)?.version == "1")
  }

  @Test("While the store is away, what was read last goes on")
  func outage() async throws {
    let store = Store()
    let models = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .zero)
    _ = try await keep(2, in: store)
    try await use(store) { $0.activating(1) }
    let fresh = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .zero)
    #expect(try await models.model(for: City.region)?.version == "1")
    store.isDown.withLock { $0 = true }
    #expect(try await models.model(for: City.region)?.version == "1")
    await #expect(throws: StateError.self) { _ = try await fresh.model(for: City.region) }
  }

  @Test("A text that is broken takes nothing away")
  func broken() async throws {
    let store = Store()
    let models = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .zero)
    _ = try await keep(2, in: store)
    try await use(store) { $0.activating(1) }
    #expect(try await models.model(for: City.region)?.version == "1")
    var draft = ModelDraft(
      region: City.region, origin: .imported, madeAt: City.start, trainedFrom: City.start, trainedTo: City.start,
      requests: 1, text: Array("cabstand-model 99\n".utf8))
    draft.madeAt = City.start
    let number = try await store.add(draft).number
    try await use(store) { $0.activating(number) }
    #expect(try await models.model(for: City.region)?.version == "1")
    let fresh = StoredModels(store: store, workbench: PlainWorkbench(), lookEvery: .zero)
    await #expect(throws: StateError.self) { _ = try await fresh.model(for: City.region) }
  }
}
