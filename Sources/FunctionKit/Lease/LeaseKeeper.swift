/// Grants a name to one holder at a time, across instances.
public protocol LeaseKeeper: Sendable {
  /// Takes a lease if nobody has it.
  /// - Parameters:
  ///   - name: what is leased.
  ///   - duration: how long it holds unless released, in real time.
  /// - Returns: the lease with its fencing token, or nil where another has it.
  /// - Throws: where the store cannot be reached; then nobody holds it through this call.
  func acquire(_ name: String, for duration: Duration) async throws -> Lease?

  /// Makes a lease hold longer.
  /// - Parameters:
  ///   - lease: what `acquire` returned.
  ///   - duration: how long it holds from now on unless released, in real time.
  /// - Returns: false where it has ended or passed to another.
  /// - Throws: where the store cannot be reached; then the lease ends when it would have.
  func renew(_ lease: Lease, for duration: Duration) async throws -> Bool

  /// Gives a lease back before it ends; one that has ended or passed to another is left alone.
  /// - Parameter lease: what `acquire` returned.
  /// - Throws: where the store cannot be reached; then the lease ends by itself.
  func release(_ lease: Lease) async throws
}

/// The right to something for a while.
public struct Lease: Sendable, Hashable {
  /// What is leased.
  public var name: String
  /// Grows with every holder of the name, so that a store can refuse the writes of an earlier one.
  public var fencingToken: UInt64

  /// Creates a lease.
  /// - Parameters:
  ///   - name: what is leased.
  ///   - fencingToken: grows with every holder of the name.
  public init(name: String, fencingToken: UInt64) {
    self.name = name
    self.fencingToken = fencingToken
  }
}
