import Logging
import Testing

@testable import FunctionKit

struct FunctionSetupTests {
  private protocol Port: Sendable {}
  private struct Store: Port {}

  private let setup = FunctionSetup(
    name: "f", bindings: ["store": Store(), "number": 7], environment: ["A": "1.5", "B": "x", "C": "7"],
    clock: ManualClock(now: EventTime(unixMilliseconds: 0)), logger: Logger(label: "t"))

  @Test func bindingsByPort() throws {
    _ = try setup.binding("store", as: (any Port).self)
    let missing = #expect(throws: SetupError.self) { try setup.binding("stor", as: (any Port).self) }
    #expect(missing?.description.contains("needs a data binding named stor") == true)
    #expect(throws: SetupError.self) { try setup.binding("number", as: (any Port).self) }
  }

  @Test func settings() throws {
    #expect(try setup.number("A", default: 9, in: 0...2) == 1.5)
    #expect(try setup.number("Z", default: 9, in: 0...2) == 9)
    #expect(throws: SetupError.self) { try setup.number("A", default: 0, in: 0...1) }
    #expect(throws: SetupError.self) { try setup.number("B", default: 0, in: 0...1) }
    #expect(try setup.integer("C", default: 0, in: 0...9) == 7)
    #expect(throws: SetupError.self) { try setup.integer("A", default: 0, in: 0...9) }
  }
}
