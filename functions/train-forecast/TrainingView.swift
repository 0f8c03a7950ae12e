import DispatchAPI
import DispatchCore
import FunctionKit

/// What came of training, as JSON.
enum TrainingView {
  static func bytes(_ outcome: TrainingOutcome) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.key("version")
        json.modelVersion(outcome.version, outcome.use.state(of: outcome.version.number))
        json.key("trial")
        guard let trial = outcome.trial else { return json.null() }
        json.object { json in
          json.member("horizonSeconds", ModelTrial.horizon.seconds)
          json.member("requests", trial.requests)
          json.member("deviance", trial.new.poissonDeviance)
          json.key("liveDeviance")
          if let live = trial.live { json.value(live.poissonDeviance) } else { json.null() }
        }
      }
    }
  }
}
