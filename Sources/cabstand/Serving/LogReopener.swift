import ServiceLifecycle
import TriggerRuntime
import UnixSignals

/// Opens log files anew on SIGHUP, after something like logrotate has moved them away.
struct LogReopener: Service {
  let logs: FunctionLogs

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    await cancelWhenGracefulShutdown {
      for await _ in signals { logs.reopen() }
    }
  }
}
