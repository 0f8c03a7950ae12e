import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct WakeUpTests {
  @Test func noChangeIsLost() async {
    for round in 0..<20_000 {
      let number = Watched(0)
      async let changing: Void = {
        for _ in 0..<(round % 7) { await Task.yield() }
        number.change { $0 = 1 }
      }()
      await number.wait { $0 == 1 }
      await changing
    }
  }

  @Test func endsAtTheDeadline() async {
    let wakeUp = WakeUp()
    for _ in 0..<100 { await wakeUp.wait(after: wakeUp.generation, until: .now + .microseconds(100)) }
  }
}
