import Glibc

/// Why an embedded server could not be started or stopped.
package struct EmbeddedStoreError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it was. New kinds may be added.
  package struct Code: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The server's programs are not installed.
    package static let notInstalled = Code(description: "notInstalled")
    /// Another living process uses the same data directory.
    package static let inUse = Code(description: "inUse")
    /// A directory cannot be created, entered or given to the right user.
    package static let directory = Code(description: "directory")
    /// We are root and there is no way to become another user.
    package static let cannotChangeUser = Code(description: "cannotChangeUser")
    /// The server ended or did not become ready in time.
    package static let startFailed = Code(description: "startFailed")
    /// A call to the operating system failed.
    package static let system = Code(description: "system")
  }

  /// What kind of failure it was.
  package let code: Code
  /// What happened and what to do about it.
  package let message: String

  /// Creates an error.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error of a failed system call.
  package static func system(_ call: String, _ number: Int32) -> EmbeddedStoreError {
    EmbeddedStoreError(.system, "\(call): \(String(cString: strerror(number)))")
  }

  package var description: String { "\(code): \(message)" }
}
