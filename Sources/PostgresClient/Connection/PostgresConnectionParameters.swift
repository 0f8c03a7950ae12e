internal import CLibpq

/// What a connection is opened with.
enum PostgresConnectionParameters {
  /// Starts connecting without waiting.
  static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
    let idle = configuration.idleInTransactionTimeout.components.seconds
    // Later words win over what the connection string says; text results are parsed, so their form must be fixed.
    let words = [
      ("dbname", configuration.connectionString),
      ("fallback_application_name", configuration.applicationName),
      ("client_encoding", "UTF8"),
      (
        "options",
        "-c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c extra_float_digits=1"
          + " -c idle_in_transaction_session_timeout=\(max(1, idle))s"
      ),
      // A dead peer is noticed within about a minute even when nothing is being sent.
      ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "60000"),
    ]
    return withCStrings(words.map { $0.0 }) { keywords in
      withCStrings(words.map { $0.1 }) { values in PQconnectStartParams(keywords, values, 1) }
    }
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
  ) -> R {
    let storage = strings.map { Array($0.utf8CString) }
    var flat: [CChar] = []
    var offsets: [Int] = []
    for text in storage {
      offsets.append(flat.count)
      flat += text
    }
    return flat.withUnsafeBufferPointer { memory in
      var pointers: [UnsafePointer<CChar>?] = offsets.map { offset in memory.baseAddress.map { $0 + offset } }
      pointers.append(nil)
      return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
