/// What became of the requests sent.
struct CallTally {
  private(set) var requests = 0
  private(set) var errors = 0
  private(set) var errorsByCode: [String: Int] = [:]
  private(set) var refusalsByCode: [String: Int] = [:]

  mutating func sent() { requests += 1 }

  /// A failure: no answer, a 5xx, or a 4xx that nobody provoked.
  mutating func failed(_ code: String) {
    errors += 1
    errorsByCode[code, default: 0] += 1
  }

  /// A deliberate answer that says no: a lost race, an expired offer, a limit.
  mutating func refused(_ code: String) {
    refusalsByCode[code, default: 0] += 1
  }
}
