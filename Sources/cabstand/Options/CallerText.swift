import ArgumentParser
import FunctionKit

/// On whose behalf a command speaks.
enum CallerText {
  /// Reads `role:id`.
  /// - Throws: `ValidationError` where it is none.
  static func parse(_ text: String) throws -> Caller {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if parts.count == 2, !parts[1].isEmpty {
      switch parts[0] {
      case "driver": return .driver(parts[1])
      case "rider": return .rider(parts[1])
      case "operator": return .operator(parts[1])
      case "service": return .service(parts[1])
      default: break
      }
    }
    throw ValidationError("--caller must be driver:<id>, rider:<id>, operator:<id> or service:<id>, found \(text).")
  }
}
