import ArgumentParser

/// Where the stores are: flags, then environment, then private ones.
struct StoreOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("redis-url"),
    help:
      "Redis to use, redis://[user:password@]host[:port][/db] or unix:///path (CABSTAND_REDIS_URL). Default: a private one."
  )
  var redisURLFlag: String?

  @Option(
    name: .customLong("postgres-url"),
    help: "PostgreSQL to use, postgresql://user:password@host/db (CABSTAND_POSTGRES_URL). Default: a private one.")
  var postgresURLFlag: String?

  @Option(
    name: .customLong("data-dir"),
    help: "Folder of the private stores (CABSTAND_DATA_DIR). Default: .cabstand")
  var dataDirectoryFlag: String?

  @Option(
    name: .customLong("postgres-connections"),
    help: "Most connections to PostgreSQL, 2 to 500 (CABSTAND_POSTGRES_CONNECTIONS). Default: 16")
  var postgresConnectionsFlag: Int?

  var redisURL: String? { redisURLFlag ?? Environment.text("CABSTAND_REDIS_URL") }
  var postgresURL: String? { postgresURLFlag ?? Environment.text("CABSTAND_POSTGRES_URL") }
  var dataDirectory: String { dataDirectoryFlag ?? Environment.text("CABSTAND_DATA_DIR") ?? ".cabstand" }
  var postgresConnections: Int {
    postgresConnectionsFlag ?? Environment.text("CABSTAND_POSTGRES_CONNECTIONS").flatMap { Int($0) } ?? 16
  }

  func validate() throws {
    try Environment.checkInteger("CABSTAND_POSTGRES_CONNECTIONS")
    guard (2...500).contains(postgresConnections) else {
      throw ValidationError("The number of PostgreSQL connections must be from 2 to 500.")
    }
  }
}
