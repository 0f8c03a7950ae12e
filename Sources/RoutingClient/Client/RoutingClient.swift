package import DispatchState
import HexGrid
import NIOCore
import Synchronization

/// A client of one routing engine: asks for drives within a deadline, a bounded number at once, and leaves a failing engine alone.
package final class RoutingClient: Sendable {
  /// How a client behaves.
  package struct Configuration: Sendable, Hashable {
    /// Where the engine is.
    package var url: EngineURL
    /// How long the answers to one question may take, all requests of it together.
    package var deadline: Duration
    /// Most requests to the engine at once.
    package var connections: Int
    /// Most requests that wait for a connection; more fail at once.
    package var waiting: Int
    /// After how many failures in a row the engine is left alone.
    package var failuresBeforePause: Int
    /// How long it is left alone before it is tried again.
    package var pause: Duration

    package init(
      url: EngineURL, deadline: Duration = .milliseconds(500), connections: Int = 8, waiting: Int = 1_024,
      failuresBeforePause: Int = 5, pause: Duration = .seconds(5)
    ) {
      self.url = url
      self.deadline = deadline
      self.connections = max(connections, 1)
      self.waiting = max(waiting, 0)
      self.failuresBeforePause = max(failuresBeforePause, 1)
      self.pause = max(pause, .milliseconds(1))
    }
  }

  package let configuration: Configuration
  private let engine: any RoutingEngine
  private let pool: EnginePool
  private let metrics: RoutingMetrics
  private let circuit: Mutex<Circuit>

  /// Creates a client; nothing is sent yet.
  package init(_ configuration: Configuration) {
    self.configuration = configuration
    let url = configuration.url
    engine =
      switch url.kind {
      case .osrm: OSRMEngine(prefix: url.prefix, profile: url.profile)
      case .valhalla: ValhallaEngine(prefix: url.prefix, costing: url.profile)
      }
    pool = EnginePool(url: url, connections: configuration.connections, waiting: configuration.waiting)
    metrics = RoutingMetrics(url.kind)
    circuit = Mutex(
      Circuit(failures: configuration.failuresBeforePause, pauseNanoseconds: configuration.pause.nanoseconds))
  }

  /// Closes the connections; whoever still waits gets `RoutingError.closed`.
  package func close() { pool.close() }

  /// Whether the engine is left alone at present.
  package var isPaused: Bool { circuit.withLock { $0.isOpen } }

  /// What the engine says of some drives, or why it says nothing.
  ///
  /// Never throws: what fails is told query by query, so that the rest is of use.
  /// - Parameter queries: the drives; every position is on earth.
  /// - Returns: for each query one estimate per origin, or the failure.
  package func estimates(for queries: [DriveQuery]) async -> [Result<[DriveEstimate?], RoutingError>] {
    let deadline = NIODeadline.now() + .nanoseconds(configuration.deadline.nanoseconds)
    var results: [Result<[DriveEstimate?], RoutingError>] = queries.map { _ in .success([]) }
    let parts = parts(of: queries)
    await withTaskGroup(of: Answer.self) { group in
      var next = parts.makeIterator()
      func add() {
        guard let part = next.next() else { return }
        group.addTask { Answer(part: part, result: await self.ask(part.query, by: deadline)) }
      }
      for _ in 0..<configuration.connections { add() }
      var answers: [Answer] = []
      while let answer = await group.next() {
        answers.append(answer)
        add()
      }
      for answer in answers.sorted(by: { $0.part.number < $1.part.number }) {
        results[answer.part.queryIndex] = Self.joined(results[answer.part.queryIndex], answer.result)
      }
    }
    return results
  }

  /// A query, or as much of one as fits into a request.
  private struct Part: Sendable {
    var number: Int
    var queryIndex: Int
    var query: DriveQuery
  }

  private struct Answer: Sendable {
    var part: Part
    var result: Result<[DriveEstimate?], RoutingError>
  }

  private func parts(of queries: [DriveQuery]) -> [Part] {
    var parts: [Part] = []
    for (index, query) in queries.enumerated() {
      var start = 0
      while start < query.origins.count {
        let end = min(start + engine.mostOrigins, query.origins.count)
        parts.append(
          Part(
            number: parts.count, queryIndex: index,
            query: DriveQuery(origins: Array(query.origins[start..<end]), destination: query.destination)))
        start = end
      }
    }
    return parts
  }

  private static func joined(
    _ first: Result<[DriveEstimate?], RoutingError>, _ second: Result<[DriveEstimate?], RoutingError>
  ) -> Result<[DriveEstimate?], RoutingError> {
    guard case .success(let head) = first, case .success(let tail) = second else {
      if case .failure = first { return first }
      return second
    }
    return .success(head + tail)
  }

  private func ask(_ query: DriveQuery, by deadline: NIODeadline) async -> Result<[DriveEstimate?], RoutingError> {
    let start = NIODeadline.now()
    guard start < deadline else { return failure(RoutingError(.timedOut), countsAgainstEngine: false) }
    guard circuit.withLock({ $0.admits(at: Int64(clamping: start.uptimeNanoseconds)) }) else {
      return failure(RoutingError(.circuitOpen), countsAgainstEngine: false)
    }
    do throws(RoutingError) {
      let reply = try await pool.send(engine.request(for: query), deadline: deadline)
      let estimates = try engine.estimates(in: reply, for: query)
      metrics.answered(nanoseconds: (NIODeadline.now() - start).nanoseconds)
      circuit.withLock { $0.succeeded() }
      metrics.circuit(isOpen: false)
      return .success(estimates)
    } catch {
      return failure(error, countsAgainstEngine: tellsOfEngine(error, asked: start))
    }
  }

  /// Whether a failure says something about the engine: too many questions at once do not, nor does a question that was asked so
  /// shortly before the deadline of all that no engine could have answered.
  private func tellsOfEngine(_ error: RoutingError, asked start: NIODeadline) -> Bool {
    switch error.code {
    case .overloaded, .closed, .circuitOpen: false
    case .timedOut: (NIODeadline.now() - start).nanoseconds >= configuration.deadline.nanoseconds / 2
    case .unreachable, .connectionLost, .refused, .malformedAnswer: true
    }
  }

  private func failure(
    _ error: RoutingError, countsAgainstEngine: Bool
  ) -> Result<[DriveEstimate?], RoutingError> {
    metrics.failed(error.code)
    if countsAgainstEngine {
      let isOpen = circuit.withLock { circuit in
        circuit.failed(at: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
        return circuit.isOpen
      }
      metrics.circuit(isOpen: isOpen)
    }
    return .failure(error)
  }

  /// So many drives were reckoned without the engine.
  func noteFallback(of drives: Int) { metrics.fellBack(drives) }
}

extension Duration {
  /// The duration in nanoseconds; what does not fit is cut off.
  fileprivate var nanoseconds: Int64 {
    let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : whole &+ components.attoseconds / 1_000_000_000
  }
}
