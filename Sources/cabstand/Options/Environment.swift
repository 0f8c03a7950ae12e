import ArgumentParser
import Glibc

/// The process's environment.
enum Environment {
  /// The value of a variable; nil where it is not set or empty.
  static func text(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Checks that a variable, where it is set, is a whole number.
  static func checkInteger(_ name: String) throws {
    if let text = text(name), Int(text) == nil {
      throw ValidationError("\(name) must be a whole number, found \(text).")
    }
  }
}
