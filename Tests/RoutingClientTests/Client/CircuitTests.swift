import Testing

@testable import RoutingClient

@Suite("The circuit of an engine")
struct CircuitTests {
  @Test("It opens after so many failures in a row, probes once a pause, and closes at the first success")
  func life() {
    var circuit = Circuit(failures: 3, pauseNanoseconds: 100)
    for _ in 0..<2 { circuit.failed(at: 0) }
    #expect(circuit.admits(at: 0) && !circuit.isOpen)
    circuit.succeeded()
    for _ in 0..<2 { circuit.failed(at: 10) }
    #expect(!circuit.isOpen)
    circuit.failed(at: 10)
    #expect(circuit.isOpen && !circuit.admits(at: 10) && !circuit.admits(at: 109))
    #expect(circuit.admits(at: 110) && !circuit.admits(at: 111) && !circuit.admits(at: 209))
    circuit.failed(at: 150)
    #expect(!circuit.admits(at: 249) && circuit.admits(at: 250))
    circuit.succeeded()
    #expect(circuit.admits(at: 251) && circuit.admits(at: 252) && !circuit.isOpen)
  }

  @Test("The end of time is no trap")
  func edges() {
    var circuit = Circuit(failures: 1, pauseNanoseconds: .max)
    circuit.failed(at: .max)
    #expect(circuit.isOpen)
    _ = circuit.admits(at: .max)
    for _ in 0..<100 { circuit.failed(at: .min) }
    #expect(circuit.isOpen)
  }
}
