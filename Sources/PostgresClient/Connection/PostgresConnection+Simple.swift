internal import CLibpq
internal import Dispatch

/// Scripts and `COPY`, which the pipeline mode cannot carry. Only on a leased connection, one unit at a time.
extension PostgresConnection {
  /// How much `COPY … TO STDOUT` hands over at once.
  private static let copyChunkBytes = 64 * 1024

  /// Starts a unit of the simple protocol; it has just become the only one in flight.
  /// - Returns: whether it was sent.
  func sendSimple(_ unit: PostgresUnit, _ handle: OpaquePointer) -> Bool {
    guard inFlight.count == 1 else { return false }
    switch unit.kind {
    case .simple(let sql):
      guard mode == .pipeline, PQexitPipelineMode(handle) == 1 else { return false }
      mode = .simple
      return PQsendQuery(handle, sql) == 1
    case .copyData(let bytes):
      guard mode == .copyIn, let length = Int32(exactly: bytes.count) else { return false }
      return bytes.withUnsafeBytes { memory in
        // Never 0: libpq grows its buffer, and the unit is answered only when the buffer has been written.
        PQputCopyData(handle, memory.baseAddress?.assumingMemoryBound(to: CChar.self), length) == 1
      }
    case .copyEnd(let failure):
      guard mode == .copyIn, PQputCopyEnd(handle, failure) == 1 else { return false }
      mode = .simple
      return true
    case .copyFetch:
      guard mode == .copyOut else { return false }
      if isReadPaused {
        isReadPaused = false
        readSource?.resume()
      }
      drainCopyOut(handle)
      return true
    default: return false
    }
  }

  /// libpq's buffer is empty: the caller may give more data.
  func didFlush() {
    guard mode == .copyIn, let unit = inFlight.first, case .copyData = unit.kind else { return }
    answer(unit, .success(.copyIn))
  }

  /// Takes what has arrived outside pipeline mode.
  func drainSimple(_ handle: OpaquePointer) {
    if mode == .copyOut {
      drainCopyOut(handle)
      return
    }
    guard mode == .simple, let unit = inFlight.first else { return }
    while PQisBusy(handle) == 0 {
      guard let result = PQgetResult(handle) else {
        returnToPipeline(unit, handle)
        return
      }
      switch PQresultStatus(result) {
      case PGRES_COPY_IN:
        PQclear(result)
        mode = .copyIn
        answer(unit, .success(.copyIn))
        return
      case PGRES_COPY_OUT:
        PQclear(result)
        mode = .copyOut
        answer(unit, .success(.copyOut))
        return
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
        let error = PostgresError(result: result, sql: nil)
        PQclear(result)
        if error.sqlState == nil {
          end(error)
          return
        }
        if unit.error == nil { unit.error = error }
      default:
        unit.results.append(PostgresRows(result: PostgresResult(owning: result, columns: nil)))
      }
    }
  }

  private func drainCopyOut(_ handle: OpaquePointer) {
    guard let unit = inFlight.first, case .copyFetch = unit.kind else {
      // Nobody asks for data: let the socket fill up, so that the server waits.
      if let readSource, !isReadPaused {
        isReadPaused = true
        readSource.suspend()
      }
      return
    }
    while unit.chunkBytes < Self.copyChunkBytes {
      var row: UnsafeMutablePointer<CChar>?
      let length = PQgetCopyData(handle, &row, 1)
      if length > 0, let row {
        unit.chunk.append(Array(UnsafeRawBufferPointer(start: row, count: Int(length))))
        unit.chunkBytes += Int(length)
        PQfreemem(row)
        continue
      }
      if length == 0 {
        if !unit.chunk.isEmpty { answer(unit, .success(.copyChunk(unit.chunk))) }
        return
      }
      // -1: the end, -2: an error; both are told by the result that follows. Rows read so far go out first.
      mode = .simple
      drainSimple(handle)
      return
    }
    answer(unit, .success(.copyChunk(unit.chunk)))
  }

  private func returnToPipeline(_ unit: PostgresUnit, _ handle: OpaquePointer) {
    guard PQenterPipelineMode(handle) == 1 else {
      end(lostError())
      return
    }
    mode = .pipeline
    if var error = unit.error {
      if error.sqlState == .queryCanceled, let reason = unit.abandoned {
        error.code = reason
        error.message = reason == .timeout ? "the deadline passed" : "the task was cancelled"
      }
      answer(unit, .failure(error))
    } else if case .copyFetch = unit.kind {
      answer(unit, .success(unit.chunk.isEmpty ? .copyDone : .copyLastChunk(unit.chunk)))
    } else {
      answer(unit, .success(.rows(unit.results)))
    }
    cancelTargetWasAnswered(unit)
  }

  private func answer(_ unit: PostgresUnit, _ result: Result<PostgresUnit.Outcome, PostgresError>) {
    _ = inFlight.removeFirst()
    unit.finish(result)
    owner?.connection(self, hasFinished: 1)
  }
}
