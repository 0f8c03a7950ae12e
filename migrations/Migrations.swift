/// The scripts that make the schema of the record, in their order, as part of the program: a copy of it needs no files.
package enum Migrations {
  /// A script with its name, `NNNN_what`.
  package struct Script: Sendable {
    package let name: String
    package let sql: String
  }

  /// All of them. A script that was released is never edited: what comes later goes into a new one.
  package static let all = [
    script("0001_record", PackageResources._001_record_sql),
    script("0002_books", PackageResources._002_books_sql),
    script("0003_outbox", PackageResources._003_outbox_sql),
    script("0004_history", PackageResources._004_history_sql),
    script("0005_commit", PackageResources._005_commit_sql),
    script("0006_suggestions", PackageResources._006_suggestions_sql),
    script("0007_next_ride", PackageResources._007_next_ride_sql),
    script("0008_matching", PackageResources._008_matching_sql),
    script("0009_models", PackageResources._009_models_sql),
    script("0010_surge", PackageResources._010_surge_sql),
    script("0011_delivery", PackageResources._011_delivery_sql),
    script("0012_tariffs", PackageResources._012_tariffs_sql),
    script("0013_money", PackageResources._013_money_sql),
    script("0014_positions", PackageResources._014_positions_sql),
    script("0015_trace", PackageResources._015_trace_sql),
  ]

  private static func script(_ name: String, _ bytes: [UInt8]) -> Script {
    Script(name: name, sql: String(decoding: bytes, as: UTF8.self))
  }
}
