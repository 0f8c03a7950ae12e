import ArgumentParser
import DispatchCore

/// Reads problem files and solves them.
enum ProblemFile {
  /// The cost of the best answer.
  /// - Throws: `ValidationError` with the line that is wrong, or where there is no answer.
  static func optimum(of bytes: [UInt8], named name: String) throws -> Int64 {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValidationError("\(name) is no text.")
    }
    let first = text.drop { $0.isWhitespace }.first
    do {
      return try first?.isNumber == true ? assignment(text, name) : flow(text, name)
    } catch let error as SolverError {
      throw ValidationError("\(name) has no optimum: \(error).")
    }
  }

  /// The lines of a text, whichever way they end: a carriage return and a line feed are one character.
  private static func lines(_ text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  private static func assignment(_ text: String, _ name: String) throws -> Int64 {
    var numbers: [Int32] = []
    for (line, content) in lines(text).enumerated() {
      for field in content.split(whereSeparator: \.isWhitespace) {
        guard let number = Int32(field) else {
          throw ValidationError("\(name), line \(line + 1): expected whole numbers, found \(field).")
        }
        numbers.append(number)
      }
    }
    guard let size = numbers.first.map(Int.init), (1...20_000).contains(size), numbers.count == 1 + size * size else {
      throw ValidationError("\(name): expected the size n and n times n costs, found \(numbers.count) numbers.")
    }
    var columns: [Int32] = []
    columns.reserveCapacity(size * size)
    for _ in 0..<size { columns.append(contentsOf: 0..<Int32(size)) }
    var solver = AssignmentSolver()
    var result: [Int32] = []
    return try solver.solve(
      rows: size, columns: size, rowStart: (0...size).map { Int32($0 * size) }, edgeColumn: columns,
      edgeCost: Array(numbers.dropFirst()), unassignedCost: [], into: &result)
  }

  private static func flow(_ text: String, _ name: String) throws -> Int64 {
    var supply: [Int64]?
    var tail: [Int32] = []
    var head: [Int32] = []
    var capacity: [Int64] = []
    var cost: [Int32] = []
    /// What flows whatever is chosen: the least flow of each arc.
    var fixedCost: Int64 = 0
    for (index, content) in lines(text).enumerated() {
      let fields = content.split(whereSeparator: \.isWhitespace)
      guard let kind = fields.first, kind != "c" else { continue }
      func fault(_ expected: String) -> ValidationError {
        ValidationError("\(name), line \(index + 1): expected \(expected).")
      }
      let numbers = fields.dropFirst().compactMap { Int64($0) }
      switch kind {
      case "p":
        guard supply == nil, fields.count == 4, fields[1] == "min", numbers.count == 2,
          (0...Int64(MinCostFlow.limit)).contains(numbers[0])
        else { throw fault("one line \"p min nodes arcs\"") }
        supply = Array(repeating: 0, count: Int(numbers[0]))
      case "n":
        guard let nodes = supply?.count, fields.count == 3, numbers.count == 2, (1...Int64(nodes)).contains(numbers[0])
        else { throw fault("\"n node supply\" after the line of p") }
        supply?[Int(numbers[0]) - 1] = numbers[1]
      case "a":
        guard let nodes = supply.map({ Int64($0.count) }), fields.count == 6, numbers.count == 5,
          (1...nodes).contains(numbers[0]), (1...nodes).contains(numbers[1]), numbers[2] >= 0,
          let price = Int32(exactly: numbers[4])
        else { throw fault("\"a from to least most cost\" after the line of p") }
        let most = numbers[3] < 0 ? FlowLimits.unbounded : min(numbers[3], FlowLimits.unbounded)
        guard most >= numbers[2], numbers[2] <= FlowLimits.unbounded else { throw fault("a least flow up to the most") }
        tail.append(Int32(numbers[0] - 1))
        head.append(Int32(numbers[1] - 1))
        capacity.append(most - numbers[2])
        cost.append(price)
        let (fixed, overflow) = numbers[2].multipliedReportingOverflow(by: numbers[4])
        let (sum, sumOverflow) = fixedCost.addingReportingOverflow(fixed)
        guard !overflow, !sumOverflow else { throw fault("a smaller cost") }
        fixedCost = sum
        supply?[Int(numbers[0] - 1)] &-= numbers[2]
        supply?[Int(numbers[1] - 1)] &+= numbers[2]
      default: throw fault("a line of c, p, n or a")
      }
    }
    guard let supply else { throw ValidationError("\(name): expected a line \"p min nodes arcs\".") }
    var solver = MinCostFlow()
    var flow: [Int64] = []
    let optimum = try solver.solve(
      supply: supply, arcTail: tail, arcHead: head, arcCapacity: capacity, arcCost: cost, into: &flow)
    let (sum, overflow) = optimum.addingReportingOverflow(fixedCost)
    guard !overflow else { throw SolverError.overflow }
    return sum
  }

  /// What stands for "as much as you like".
  private enum FlowLimits {
    static let unbounded: Int64 = 1 << 40
  }
}
