import Testing

@testable import TriggerRuntime

@Suite struct NameTableTests {
  @Test(arguments: [0, 1, 2, 3, 17, 64, 1_000])
  func findsWhatItWasGivenAndNothingElse(_ count: Int) {
    let values = Dictionary(uniqueKeysWithValues: (0..<count).map { ("function-\($0)", $0) })
    let table = NameTable(values)
    for (name, value) in values { #expect(table[name] == value) }
    #expect(table["function-\(count)"] == nil)
    #expect(table[""] == nil)
  }

  @Test func namesOfAnyLengthAndScript() {
    let table = NameTable(["": 0, "a": 1, "a-name-that-is-longer-than-fifteen-bytes": 2, "größe": 3])
    #expect(table[""] == 0)
    #expect(table["a"] == 1)
    #expect(table["a-name-that-is-longer-than-fifteen-" + "bytes"] == 2)
    #expect(table["größe"] == 3)
    #expect(table["b"] == nil)
  }
}
