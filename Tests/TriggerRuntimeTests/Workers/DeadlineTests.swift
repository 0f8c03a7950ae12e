import FunctionKit
import Glibc
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct DeadlineTests {
  @Test func aLateFunctionIsCancelledAndAnswered504() async throws {
    let started = Watched(false)
    let cancelled = Watched(false)
    try await Harness(Harness.httpFunction(timeout: "30ms")).run { _, _ in
      started.change { $0 = true }
      do {
        try await Task.sleep(for: .seconds(1_000))
      } catch {
        cancelled.change { $0 = true }
        throw error
      }
      return .noContent
    } while: { running in
      let answer = try await running.request("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer?.status == 504)
      #expect(answer?.body.contains("deadlineExceeded") == true)
      // On a busy machine it may have been too late to begin.
      if started.value { await cancelled.wait { $0 } }
    }
  }

  @Test func clientsMayAskForLess() async throws {
    try await Harness(Harness.httpFunction(timeout: "1000s")).run { _, context in
      #expect(context.deadline < .now + .seconds(2))
      try await Task.sleep(for: .seconds(900))
      return .noContent
    } while: { running in
      let answer = try await running.request(
        "GET /echo HTTP/1.1\r\nHost: x\r\nX-Nuclio-Invoke-Timeout: 20ms\r\n\r\n")
      #expect(answer?.status == 504)
    }
  }

  @Test func directInvocationsHaveDeadlinesToo() async throws {
    var harness = Harness(Harness.httpFunction(timeout: "20ms"))
    harness.usesHTTP = false
    let runtime = try harness.makeRuntime { _, _ in
      try await Task.sleep(for: .seconds(1_000))
      return .noContent
    }
    try await runtime.prepare()
    await #expect(throws: InvocationError.deadlineExceeded) {
      try await runtime.invoke(function: "echo", Event(id: "1", source: "/t", type: "t"))
    }
  }

  @Test func aFunctionThatNeverSuspendsHoldsUpNeitherCallerNorServer() async throws {
    let mayEnd = Watched(false)
    try await Harness(Harness.httpFunction(timeout: "20ms")).run { _, _ in
      while !mayEnd.value { sched_yield() }
      return .noContent
    } while: { running in
      defer { mayEnd.change { $0 = true } }
      await #expect(throws: InvocationError.deadlineExceeded) {
        try await running.runtime.invoke(function: "echo", Event(id: "1", source: "/t", type: "t"))
      }
    }
  }

  @Test func cancellingTheCallerCancelsADirectInvocation() async throws {
    var harness = Harness(Harness.httpFunction(timeout: "1000s"))
    harness.usesHTTP = false
    let started = Watched(false)
    let runtime = try harness.makeRuntime { _, _ in
      started.change { $0 = true }
      try await Task.sleep(for: .seconds(1_000))
      return .noContent
    }
    try await runtime.prepare()
    let call = Task { try await runtime.invoke(function: "echo", Event(id: "1", source: "/t", type: "t")) }
    await started.wait { $0 }
    call.cancel()
    await #expect(throws: CancellationError.self) { try await call.value }
  }

  @Test func shutdownAnswersWhatIsInFlight() async throws {
    let started = Watched(false)
    let gate = Watched(false)
    try await Harness(Harness.httpFunction()).run { event, _ in
      started.change { $0 = true }
      await gate.wait { $0 }
      return .json(event.body)
    } while: { running in
      let busy = try await running.connect()
      let idle = try await running.connect()
      try await busy.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
      await started.wait { $0 }
      await running.shutDown()
      // What is idle is closed at once.
      #expect(await idle.rest() == "")
      gate.change { $0 = true }
      let answer = await busy.answer()
      #expect(answer?.body == "ok")
      #expect(answer?.headers["connection"] == "close")
      await busy.close()
      await idle.close()
    }
  }

  @Test func shutdownCancelsWhatTakesTooLong() async throws {
    let started = Watched(false)
    let yaml = Harness.httpFunction(timeout: "1000s")
      .replacing("numWorkers: 8", with: "numWorkers: 8\n      workerTerminationTimeout: 30ms")
    try await Harness(yaml).run { _, _ in
      started.change { $0 = true }
      try await Task.sleep(for: .seconds(1_000))
      return .noContent
    } while: { running in
      let connection = try await running.connect()
      try await connection.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
      await started.wait { $0 }
      await running.shutDown()
      let answer = await connection.answer()
      #expect(answer?.status == 503)
      #expect(answer?.body.contains("shuttingDown") == true)
      await connection.close()
    }
  }
}
