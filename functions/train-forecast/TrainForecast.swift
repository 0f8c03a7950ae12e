import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import Logging

/// Every four hours, and when an operator asks: learns each region's model from the rides and the zone history on record, and puts it
/// live or gives it a share of the zones. Operators list the versions, choose one, and roll back.
package struct TrainForecast: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let trainer: RegionTrainer
  private let desk: ModelDesk
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    let models: any ModelStore = try setup.binding("versions")
    configuration = try setup.binding("configuration")
    var rules = TrainingRules()
    rules.fewestRequests = try setup.integer("FEWEST_REQUESTS", default: rules.fewestRequests, in: 1...10_000_000)
    rules.fewestDays = try setup.integer("FEWEST_DAYS", default: rules.fewestDays, in: 1...365)
    rules.worstDevianceRatio =
      try setup.number("WORST_DEVIANCE_PERCENT", default: rules.worstDevianceRatio * 100, in: 50...1_000) / 100
    trainer = RegionTrainer(
      models: models, history: try setup.binding("history"), workbench: try setup.binding("workbench"), rules: rules,
      historySeconds: try setup.integer("HISTORY_WEEKS", default: 8, in: 1...52) * 7 * 86_400,
      mostRides: try setup.integer("MAXIMUM_RIDES", default: 1_000_000, in: 1_000...20_000_000),
      sharePercent: try setup.integer("SHARE_PERCENT", default: 100, in: 1...100),
      versionsKept: try setup.integer("VERSIONS_KEPT", default: 30, in: 3...1_000))
    desk = ModelDesk(models)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
      guard let request = event.request else { return try await tick(now, context) }
      switch context.caller {
      case .driver, .rider:
        throw FunctionError(.forbidden, code: "operatorsOnly", "The caller is \(context.caller), no operator.")
      case .operator, .service, .anonymous: break
      }
      let region = try region(of: event)
      switch request.path.split(separator: "/").last {
      case "train": return try await train(region, now, context)
      case "activate":
        let choice = try ModelChoice(event)
        return Self.answer(
          try await desk.activate(choice.number, sharePercent: choice.sharePercent, in: region.id))
      case "rollback": return Self.answer(try await desk.rollBack(region.id))
      default:
        let list = try await desk.list(region.id)
        return .json(JSONWriter.bytes { $0.modelList(list) })
      }
    }
  }

  private static func answer(_ use: ModelUse) -> Response {
    .json(JSONWriter.bytes { $0.modelUse(use) })
  }

  private func region(of event: Event) throws(FunctionError) -> Region {
    try configuration.regions.region(named: event.request?.parameters["region"] ?? "", orElse: .notFound)
  }

  /// Trains every region; what keeps one from a new model keeps no other.
  private func tick(_ now: Timestamp, _ context: Context) async throws -> Response {
    for region in configuration.regions.regions {
      do {
        tell(try await trainer.train(region, at: now), context)
      } catch let refusal as TrainingRules.Refusal {
        context.logger.info("no new model", metadata: ["region": "\(region.id)", "reason": "\(refusal)"])
      }
    }
    return .noContent
  }

  private func train(_ region: Region, _ now: Timestamp, _ context: Context) async throws -> Response {
    do {
      let outcome = try await trainer.train(region, at: now)
      tell(outcome, context)
      guard outcome.isInUse else {
        throw FunctionError(
          .conflict, code: "modelsChanged", "Other versions came into use meanwhile; the new one is kept, not in use.")
      }
      return .json(TrainingView.bytes(outcome), status: outcome.isNew ? 201 : 200)
    } catch let refusal as TrainingRules.Refusal {
      let code = if case .worse = refusal { "modelWorse" } else { "tooLittleHistory" }
      throw FunctionError(.unprocessable, code: code, "No new model: \(refusal).")
    }
  }

  private func tell(_ outcome: TrainingOutcome, _ context: Context) {
    context.logger.info(
      "trained",
      metadata: [
        "region": "\(outcome.version.region)", "model": "\(outcome.version.number)", "new": "\(outcome.isNew)",
        "inUse": "\(outcome.isInUse)", "requests": "\(outcome.version.requests)",
      ])
  }
}
