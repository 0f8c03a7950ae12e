import DispatchState
import PostgresClient
import PostgresState
import Testing

/// An implementation of the record's ports.
enum RecordKind: String, Sendable, CustomTestStringConvertible {
  case memory
  case postgres

  var testDescription: String { rawValue }

  /// What can be tested here; says why PostgreSQL cannot.
  static let available: [RecordKind] = {
    if let absence = RecordServer.absence {
      print("The record in PostgreSQL is not tested: \(absence)")
      return [.memory]
    }
    return [.memory, .postgres]
  }()

  /// Runs a test on a new, empty record.
  func withRecord(_ body: (any RecordPorts) async throws -> Void) async throws {
    switch self {
    case .memory:
      try await body(MemoryRecord())
    case .postgres:
      try await RecordServer.withDatabase { pool in
        try await body(PostgresRecord(pool: pool, logger: RecordServer.logger))
      }
    }
  }
}

/// Skips a suite, with the reason, on a machine without PostgreSQL.
extension Trait where Self == ConditionTrait {
  static var needsRecordServer: Self {
    .enabled("PostgreSQL is needed: \(RecordServer.absence ?? "it is here")") { RecordServer.absence == nil }
  }
}
