internal import CLibpq

/// Sending units and matching answers to them.
extension PostgresConnection {
  /// Sends units in order. Called on the queue, when the connection is ready and not fenced.
  func send(_ units: [PostgresUnit]) {
    guard let handle else { return }
    var dropped = 0
    let now = MonotonicTime.now
    for unit in units {
      if now >= unit.deadline {
        unit.finish(.failure(PostgresError(.timeout, "the deadline passed before the statement was sent")))
      }
      guard phase == .ready, unit.markSent(on: self) else {
        if phase == .ready { dropped += 1 } else { refuse(unit) }
        continue
      }
      inFlight.append(unit)
      timer?.arm(unit.deadline)
      let isSent =
        switch unit.kind {
        case .calls(let calls): sendCalls(calls, of: unit, handle)
        case .fence: PQpipelineSync(handle) == 1
        case .simple, .copyData, .copyEnd, .copyFetch: sendSimple(unit, handle)
        case .lease: false
        }
      if !isSent { end(lostError()) }
    }
    if dropped > 0 { owner?.connection(self, hasFinished: dropped) }
    flush()
    // While rows go in, the server's refusal may have been read already; no readiness will tell of it again.
    if mode == .simple, phase == .ready { drainSimple(handle) }
  }

  private func sendCalls(_ calls: [PostgresPreparedCall], of unit: PostgresUnit, _ handle: OpaquePointer) -> Bool {
    guard mode == .pipeline else { return false }
    unit.results.reserveCapacity(calls.count)
    for call in calls {
      // A unit that is sent again because of a statement that was not there prepares its own, without a name.
      let (statement, isNew, evicted) =
        unit.wasResent
        ? (PreparedStatement(sql: call.sql, name: ""), true, nil) : statements.statement(for: call.sql)
      if let evicted {
        // Rides along in the same unit; its step is a statement that nobody asks the rows of.
        guard PQsendQueryParams(handle, "DEALLOCATE \(evicted.name)", 0, nil, nil, nil, nil, 0) == 1 else {
          return false
        }
        unit.steps.append(.deallocate)
      }
      if isNew {
        guard PQsendPrepare(handle, statement.name, call.sql, 0, nil) == 1 else { return false }
        unit.steps.append(.prepare(statement))
      }
      let isSent = call.parameters.withPointers { count, values, lengths, formats in
        PQsendQueryPrepared(handle, statement.name, count, values, lengths, formats, statement.resultFormat)
      }
      guard isSent == 1 else { return false }
      unit.steps.append(.execute(statement))
    }
    return PQpipelineSync(handle) == 1
  }

  /// Takes every answer that has arrived. Called on the queue.
  func drain(_ handle: OpaquePointer) {
    if mode == .pipeline { drainPipeline(handle) } else { drainSimple(handle) }
  }

  private func drainPipeline(_ handle: OpaquePointer) {
    var finished = 0
    var resend: [PostgresUnit] = []
    var emptyAnswers = 0
    while let unit = inFlight.first, PQisBusy(handle) == 0 {
      guard let result = PQgetResult(handle) else {
        // The end of one step. Twice in a row means that libpq waits for something we do not know of.
        emptyAnswers += 1
        if emptyAnswers > 1 { break }
        unit.stepIndex += 1
        continue
      }
      emptyAnswers = 0
      let status = PQresultStatus(result)
      if status == PGRES_PIPELINE_SYNC {
        PQclear(result)
        _ = inFlight.removeFirst()
        if case .fence = unit.kind {
          unfence()
        } else if settle(unit) {
          resend.append(unit)
        } else {
          finished += 1
        }
        continue
      }
      if !take(result, status, for: unit) { break }
    }
    if phase != .ready {
      for unit in resend { refuse(unit) }
    } else if isFenced {
      held += resend
    } else if !resend.isEmpty {
      send(resend)
    }
    if finished > 0 { owner?.connection(self, hasFinished: finished) }
  }

  /// Records one result.
  /// - Returns: whether the connection is still good.
  private func take(_ result: OpaquePointer, _ status: ExecStatusType, for unit: PostgresUnit) -> Bool {
    let step = unit.stepIndex < unit.steps.count ? unit.steps[unit.stepIndex] : nil
    switch status {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      guard case .execute(let statement) = step else {
        PQclear(result)
        return true
      }
      let answer = PostgresResult(owning: result, columns: statement.columns)
      if statement.columns == nil { statement.columns = answer.columns }
      unit.results.append(PostgresRows(result: answer))
    case PGRES_PIPELINE_ABORTED:
      // A statement that was to be prepared after the failed one never was.
      if case .prepare(let statement) = step { statements.forget(statement) }
      PQclear(result)
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
      defer { PQclear(result) }
      var sql: String?
      if case .prepare(let statement) = step {
        sql = statement.sql
        statements.forget(statement)
      } else if case .execute(let statement) = step {
        sql = statement.sql
      }
      let error = PostgresError(result: result, sql: sql)
      if error.sqlState == nil {
        end(error)
        return false
      }
      if unit.error == nil {
        unit.error = error
        noteStalePlan(result, error, step, unit)
      }
    default:
      // COPY and friends cannot be pipelined; libpq has no way back from here.
      PQclear(result)
      end(PostgresError(.protocolViolation, "a statement that cannot be pipelined; use copyIn, copyOut or a script"))
      return false
    }
    return true
  }

  private func noteStalePlan(
    _ result: OpaquePointer, _ error: PostgresError, _ step: PostgresUnit.Step?, _ unit: PostgresUnit
  ) {
    guard case .execute(let statement) = step else { return }
    if error.sqlState == .featureNotSupported, PostgresError.isStalePlan(result) {
      // The old statement stays on the server until the connection ends: a schema change is rare.
      statements.forget(statement)
      unit.isStale = true
    } else if error.sqlState == .invalidStatementName {
      // Sent behind a unit whose preparation failed, or somebody said DEALLOCATE ALL.
      statements.forget(statement)
      unit.isStale = true
    }
  }

  /// Answers the caller of a unit that has come to its end.
  /// - Returns: whether the unit must be sent once more instead.
  private func settle(_ unit: PostgresUnit) -> Bool {
    // Answered at last: from now on slowness is the fault of whoever is next.
    cancelTargetWasAnswered(unit)
    guard var error = unit.error else {
      unit.finish(.success(.rows(unit.results)))
      return false
    }
    if unit.isStale, unit.standsAlone, !unit.wasResent, unit.abandoned == nil, !unit.isFinished {
      unit.reset()
      unit.wasResent = true
      return true
    }
    if error.sqlState == .queryCanceled, isFenced {
      if let reason = unit.abandoned {
        error.code = reason
        error.message = reason == .timeout ? "the deadline passed" : "the task was cancelled"
      } else if unit.standsAlone {
        // Our cancel request for another unit hit this one. It was rolled back, so it can be sent again.
        unit.reset()
        return true
      }
    }
    error.isStalePlan = unit.isStale
    unit.finish(.failure(error))
    return false
  }

  /// Fails everything that was sent when the connection ends.
  func failInFlight(_ error: PostgresError) {
    var finished = 0
    while let unit = inFlight.removeFirst() {
      var error = unit.error ?? error
      if let reason = unit.abandoned, unit.error == nil {
        error.code = reason
        error.message = reason == .timeout ? "the deadline passed" : "the task was cancelled"
      }
      if unit.error == nil { error.isUnsureWhetherCommitted = unit.mayCommit }
      unit.finish(.failure(error))
      if case .fence = unit.kind { continue }
      finished += 1
    }
    if finished > 0 { owner?.connection(self, hasFinished: finished) }
  }
}
