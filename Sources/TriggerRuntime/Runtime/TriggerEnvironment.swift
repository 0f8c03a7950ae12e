import CoreMetrics
import FunctionKit
import Logging
import NIOCore

/// What triggers need of the runtime.
struct TriggerEnvironment: Sendable {
  let clock: any WallClock
  let http: HTTPServer?
  let stores: TriggerStores
  let configuration: RuntimeConfiguration
  let logger: Logger
  let metrics: any MetricsFactory
  let eventLoop: any EventLoop
}
