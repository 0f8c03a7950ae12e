import ArgumentParser
import Replay
import Testing

@testable import cabstand

/// Problem files: the OR-Library's assignments and DIMACS' flows.
struct ProblemFileTests {
  private static func optimum(_ text: String) throws -> Int64 {
    try ProblemFile.optimum(of: Array(text.utf8), named: "p.min")
  }

  /// Why a text is refused; nil where it is not.
  private static func fault(_ text: String) -> String? {
    do {
      _ = try optimum(text)
      return nil
    } catch let error as ValidationError {
      return error.message
    } catch {
      return "another error: \(error)"
    }
  }

  /// Ships 4 units from node 1 to node 4: two over node 2 at a cost of 4 each, two over node 3 at 5 each.
  private static let flow = """
    c a small network

    p min 4 5
    n 1 4
    n 4 -4
    a 1 2 0 4 2
    a 1 3 0 2 2
    a 2 3 0 2 1
    a 2 4 0 2 2
    a 3 4 0 5 3
    """

  @Test func `the optimum of a small flow, also where arcs have a least flow or no limit`() throws {
    #expect(try Self.optimum(Self.flow) == 2 * 4 + 2 * 5)
    #expect(try Self.optimum(Self.flow.replacing("a 2 3 0 2 1", with: "a 2 3 1 2 1")) == 19)
    #expect(try Self.optimum(Self.flow.replacing("a 2 4 0 2 2", with: "a 2 4 0 -1 2")) == 4 * 4)
    #expect(try Self.optimum("p min 0 0\n") == 0)
    #expect(try Self.optimum("c only\r\np min 2 1\r\nn 1 3\r\nn 2 -3\r\na 1 2 0 9 -7\r\n") == -21)
  }

  @Test func `the optimum of a small assignment`() throws {
    #expect(try Self.optimum("3\n 4 1 3\n 2 0 5\n 3 2 2\n") == 5)
    #expect(try Self.optimum("\n 2 1 9 9 1") == 2)
    #expect(try Self.optimum("1 -7") == -7)
  }

  @Test(
    arguments: [
      ("p min 2\n", "line 1"), ("p max 2 1\n", "line 1"), ("p min -1 0\n", "line 1"), ("p min x 0\n", "line 1"),
      ("p min 2 0\np min 2 0\n", "line 2"), ("n 1 3\n", "line 1"), ("c\nn 1 3\n", "line 2"),
      ("a 1 2 0 1 1\n", "line 1"),
      ("p min 2 1\nn 3 1\n", "line 2"), ("p min 2 1\nn 1 one\n", "line 2"), ("p min 2 1\nn 1\n", "line 2"),
      ("p min 2 1\na 1 3 0 1 1\n", "line 2"), ("p min 2 1\na 1 2 0 1\n", "line 2"),
      ("p min 2 1\na 1 2 2 1 1\n", "line 2"), ("p min 2 1\na 1 2 -1 1 1\n", "line 2"),
      ("p min 2 1\na 1 2 0 1 9999999999\n", "line 2"), ("p min 2 1\nz 1\n", "line 2"), ("x\n", "line 1"),
      ("2\n1 2\nthree 4\n", "line 3"), ("2\n1 2\n3 99999999999\n", "line 3"),
    ])
  func `a line that makes no sense is named`(text: String, line: String) throws {
    let fault = try #require(Self.fault(text))
    #expect(fault.hasPrefix("p.min, \(line):"), "\(fault)")
  }

  @Test(
    arguments: [
      "", "c nothing\n", "3\n1 2 3\n", "0\n", "-1\n", "99999\n1\n", "p min 2 1\nn 1 1\nn 2 -1\n",
      "p min 2 1\nn 1 5\nn 2 -5\na 1 2 0 4 1\n", "p min 2 1\nn 1 5\na 1 2 0 9 1\n",
    ])
  func `what is no problem, or has no answer, is refused with the file's name`(text: String) throws {
    let fault = try #require(Self.fault(text))
    #expect(fault.hasPrefix("p.min"), "\(fault)")
  }

  @Test func `bytes that are no text are refused`() {
    #expect(throws: ValidationError.self) { try ProblemFile.optimum(of: [0xFF, 0xFE], named: "p") }
  }

  @Test(arguments: zip([100, 200], [305, 475] as [Int64]))
  func `the OR-Library's optima`(size: Int, expected: Int64) throws {
    guard let path = TestData.path("assignment_orlib/assign\(size).txt.gz") else { return }
    #expect(try ProblemFile.optimum(of: DatasetBytes.read(path: path), named: path) == expected)
  }
}
