package import DispatchCore
internal import DispatchState
internal import PostgresClient

extension PostgresRecord: ModelStore {
  package func add(_ draft: ModelDraft) async throws -> ModelVersion {
    // The number is drawn by the statement itself; everything else is known before.
    let version = draft.version(0)
    let parameters: [PostgresValue] = [
      .id(version.region), .text(version.origin.rawValue), .time(version.madeAt), .time(version.trainedFrom),
      .time(version.trainedTo), .int(Int64(version.requests)), .hash(version.checksum), .int(Int64(version.bytes)),
      .bytes(draft.text),
    ]
    let numbers = try await perform {
      try await pool.query(Self.addModel, parameters, exclusive: true).map {
        try $0.int(PostgresColumn(0), as: Int.self)
      }
    }
    guard let number = numbers.first else { throw StateError.corrupt("a model was given no number") }
    return draft.version(number)
  }

  package func modelUse(in region: RegionID) async throws -> ModelUse {
    try await select(Self.modelUse, [.id(region)], ModelUse.init).first ?? ModelUse(region: region)
  }

  package func replaceModelUse(_ use: ModelUse) async throws -> Bool {
    try await perform {
      try await pool.query(
        Self.replaceModelUse,
        [
          .id(use.region), .int(use.live), .int(use.former), .int(use.candidate),
          .int(Int64(use.candidateSharePercent)), .int(Int64(use.revision)),
        ]
      ).affectedRows == 1
    }
  }

  package func modelVersions(in region: RegionID, limit: Int) async throws -> [ModelVersion] {
    try await select(Self.modelVersions, [.id(region), .limit(limit)], ModelVersion.init)
  }

  package func modelVersion(_ number: Int, in region: RegionID) async throws -> ModelVersion? {
    try await select(Self.modelVersion, [.id(region), .int(Int64(number))], ModelVersion.init).first
  }

  package func modelText(_ number: Int, in region: RegionID) async throws -> [UInt8]? {
    try await perform {
      try await pool.query(Self.modelText, [.id(region), .int(Int64(number))], exclusive: true).map { row in
        var columns = ColumnReader(row)
        return try columns.bytes()
      }.first
    }
  }

  package func forgetModels(in region: RegionID, keeping newest: Int) async throws -> Int {
    try await perform {
      Int(try await pool.query(Self.forgetModels, [.id(region), .limit(newest)]).affectedRows)
    }
  }

  /// The region's row is held meanwhile, so that two who add at once get different numbers.
  private static let addModel = PostgresStatement(
    """
    WITH drawn AS (
      INSERT INTO model_use (region, last_number) VALUES ($1, 1)
      ON CONFLICT (region) DO UPDATE SET last_number = model_use.last_number + 1
      RETURNING last_number)
    INSERT INTO models (\(ModelVersion.columns), content)
    SELECT $1, last_number, $2, $3, $4, $5, $6, $7, $8, $9 FROM drawn RETURNING number
    """)

  private static let modelUse = PostgresStatement("SELECT \(ModelUse.columns) FROM model_use WHERE region = $1")

  private static let replaceModelUse: PostgresStatement = """
    UPDATE model_use SET live = $2, former = $3, candidate = $4, share_percent = $5, revision = revision + 1
    WHERE region = $1 AND revision = $6
    """

  private static let modelVersions = PostgresStatement(
    "SELECT \(ModelVersion.columns) FROM models WHERE region = $1 ORDER BY number DESC LIMIT $2")

  private static let modelVersion = PostgresStatement(
    "SELECT \(ModelVersion.columns) FROM models WHERE region = $1 AND number = $2")

  private static let modelText: PostgresStatement = "SELECT content FROM models WHERE region = $1 AND number = $2"

  private static let forgetModels: PostgresStatement = """
    DELETE FROM models WHERE region = $1
      AND number NOT IN (SELECT number FROM models WHERE region = $1 ORDER BY number DESC LIMIT $2)
      AND number NOT IN (
        SELECT used FROM model_use, unnest(ARRAY[live, former, candidate]) AS used
        WHERE region = $1 AND used IS NOT NULL)
    """
}
