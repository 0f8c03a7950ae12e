public import FunctionKit

/// Whether the runtime can do its work, and if not, why.
public struct RuntimeHealth: Sendable, Equatable {
  /// Names and reasons of what is wrong; empty where nothing is.
  public var troubles: [String]

  /// Whether nothing is wrong.
  public var isGood: Bool { troubles.isEmpty }

  /// Creates a state of health.
  /// - Parameter troubles: what is wrong.
  public init(troubles: [String] = []) {
    self.troubles = troubles
  }

  /// The answer to whoever asks for it over HTTP: 200 where nothing is wrong, else 503, with what is.
  public var response: Response {
    .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("status", isGood ? "ok" : "trouble")
          json.key("troubles")
          json.array { json in for trouble in troubles { json.value(trouble) } }
        }
      }, status: isGood ? 200 : 503)
  }
}
