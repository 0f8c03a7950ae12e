import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// Starts a function at moments of city time: never early, a late tick once, on one instance.
final class CronTrigger: Trigger {
  private let workers: TriggerWorkers
  private let schedule: CronSchedule
  private let allowsOverlap: Bool
  private let body: [UInt8]
  private let extensions: [String: String]
  private let type: String
  private let leases: CronLeases?
  private let clock: any WallClock
  private let signal = StopSignal()
  private let running = Atomic(0)
  private let skippedTicks: Counter
  private let foreignTicks: Counter

  let name: String
  var trouble: String? { leases?.trouble }

  init(_ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment) throws {
    let origin = "trigger \(workers.trigger.name) of function \(workers.function.name)"
    let reader = try AttributeReader(trigger, origin: origin, known: CronTimetable.attributes)
    name = workers.label
    self.workers = workers
    clock = environment.clock
    schedule = try CronTimetable.schedule(reader)
    allowsOverlap = try reader.choice("concurrencyPolicy", of: ["Forbid", "Allow"]) == "Allow"
    type = try reader.string("type") ?? "cabstand.cron.ticked.v1"
    let event = try reader.map("event", known: ["body", "headers"])
    body = Array((try event?.string("body") ?? "").utf8)
    extensions = Dictionary(
      (try event?.texts("headers") ?? [:]).map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    let isShared = try reader.choice("scope", of: ["cluster", "instance"]) != "instance"
    if isShared, let keeper = environment.leases {
      leases = CronLeases(
        keeper: keeper, name: "cron/\(workers.label)", runDuration: environment.configuration.leaseDuration,
        logger: workers.logger)
    } else {
      leases = nil
    }
    let labels = [("function", workers.function.name), ("trigger", workers.trigger.name)]
    skippedTicks = Counter(label: "cabstand_cron_missed_ticks", dimensions: labels, factory: environment.metrics)
    foreignTicks = Counter(label: "cabstand_cron_foreign_ticks", dimensions: labels, factory: environment.metrics)
  }

  func stop() { signal.stop() }

  func clockMovedBack() { signal.interrupt() }

  func run() async {
    await withTaskGroup(of: Void.self) { group in
      var last = clock.now()
      while !signal.isStopped, !Task.isCancelled {
        guard let next = schedule.next(after: last) else {
          workers.logger.error("the schedule has no further tick")
          break
        }
        do {
          try await signal.wait { [clock] in try await clock.sleep(until: next) }
        } catch {
          // Stopped, or city time was set back and the next tick is another.
          last = min(last, clock.now())
          continue
        }
        let now = clock.now()
        guard let (tick, missed) = schedule.latest(after: last, upTo: now) else { continue }
        last = tick
        if missed > 0 { skippedTicks.increment(by: Int64(missed)) }
        guard allowsOverlap else {
          await run(tick)
          continue
        }
        guard running.add(1, ordering: .relaxed).newValue <= workers.pool.limits.numWorkers else {
          running.subtract(1, ordering: .relaxed)
          skippedTicks.increment()
          continue
        }
        group.addTask {
          await self.run(tick)
          self.running.subtract(1, ordering: .relaxed)
        }
      }
    }
  }

  /// Runs one tick, where this instance gets it.
  private func run(_ tick: EventTime) async {
    guard let leases else {
      await perform(tick, extensions)
      return
    }
    let period = schedule.next(after: tick).map { tick.duration(to: $0) }
    guard let lease = await leases.acquire(tick, period: period) else {
      foreignTicks.increment()
      return
    }
    let extensions = extensions.merging(["fencingtoken": String(lease.fencingToken)]) { $1 }
    await leases.hold(lease) { await perform(tick, extensions) }
  }

  private func perform(_ tick: EventTime, _ extensions: [String: String]) async {
    let event = Event(
      id: "\(workers.label)@\(tick.unixMilliseconds)", source: "/cabstand/cron/\(workers.label)", type: type,
      time: tick,
      extensions: extensions, body: body, trigger: workers.trigger)
    let results = await AwaitedInvocation.perform(
      [event], on: workers, caller: .service("cron"), attempt: 1, waitsForEnd: true)
    if case .failure(let error)? = results.first {
      workers.logger.warning(
        "a tick failed", metadata: ["event": .string(event.id), "error": .string(String(describing: error))])
    }
  }
}
