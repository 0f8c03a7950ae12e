import Foundation
import FunctionKit
import Logging
import Testing

@testable import TriggerRuntime

/// Keeps records.
final class RecordingSink: LogSink {
  let records = Watched<[LogRecord]>([])
  var lostCount: Int { 0 }
  func write(_ record: LogRecord) { records.change { $0.append(record) } }
  func flush() async {}
}

@Suite(.timeLimit(.minutes(8)))
struct FunctionLogsTests {
  private func specification(_ sinks: [LoggerSink] = []) -> FunctionSpecification {
    var specification = FunctionSpecification(name: "f", handler: "F")
    specification.loggerSinks = sinks
    return specification
  }

  private func temporaryFile() -> String {
    FileManager.default.temporaryDirectory.appending(path: "cabstand-log-\(UInt64.random(in: 0 ... .max))").path
  }

  @Test func levelsChangeWhileRunning() throws {
    let sink = RecordingSink()
    let logs = FunctionLogs(level: .info, standard: sink)
    let logger = try logs.open(specification([.init(level: "warning", sink: "default")]))
    logger.info("1")
    logger.warning("2")
    #expect(logs.levels() == [.init(function: "f", level: .warning, isOverridden: false)])
    #expect(logs.setLevel(.debug, of: "f"))
    #expect(logs.levels() == [.init(function: "f", level: .debug, isOverridden: true)])
    logger.debug("3")
    logger.trace("4")
    logs.setLevel(.critical, of: "f")
    logger.error("5")
    logs.setLevel(nil, of: "f")
    logger.info("6")
    logger.error("7")
    #expect(sink.records.value.map(\.message) == ["2", "3", "7"])
    #expect(!logs.setLevel(.debug, of: "g"))
  }

  @Test func nothingIsBuiltBelowTheLevel() throws {
    let logs = FunctionLogs(level: .info, standard: RecordingSink())
    var logger = try logs.open(specification())
    var built = 0
    func message() -> Logger.Message {
      built += 1
      return "x"
    }
    logger.debug(message(), metadata: ["a": "\(message())"])
    #expect(built == 0)
    logs.setLevel(.debug, of: "f")
    logger.debug(message())
    #expect(built == 1)
    logger.logLevel = .error
    logger.debug(message())
    #expect(built == 1)
  }

  @Test func linesAreForPeopleOrForMachinesAndStayLines() throws {
    let record = LogRecord(
      time: EventTime(unixMilliseconds: 0), level: .warning, label: "f", message: "a\nforged \"line\"\u{1B}[0m",
      metadata: [("event", "1"), ("x", "é\r\n")])
    let human = String(decoding: record.human(), as: UTF8.self)
    #expect(human == "1970-01-01T00:00:00.000Z warning f: a\\nforged \"line\"?[0m event=1 x=é?\\n\n")
    let json = try JSONValue(parsing: record.json())
    #expect(json["message"]?.text == "a\nforged \"line\"\u{1B}[0m")
    #expect(json["level"]?.text == "warning" && json["metadata"]?["x"]?.text == "é\r\n")
    #expect(record.json().count { $0 == 0x0A } == 1)
  }

  @Test func filesRotateAndAreOpenedAnew() async throws {
    let path = temporaryFile()
    let logs = FunctionLogs(standard: RecordingSink())
    let logger = try logs.open(specification([.init(level: "info", sink: "file:\(path)?maxBytes=1024&keep=2")]))
    for number in 0..<40 {
      logger.info("line", metadata: ["number": "\(number)", "pad": "\(String(repeating: "x", count: 40))"])
      await logs.flush()
    }
    func lines(_ path: String) -> [String] {
      ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
    #expect(!lines(path).isEmpty && !lines(path + ".1").isEmpty && !lines(path + ".2").isEmpty)
    #expect(!FileManager.default.fileExists(atPath: path + ".3"))
    #expect(lines(path).last?.contains("\"39\"") == true)
    for name in [path, path + ".1", path + ".2"] {
      #expect(lines(name).joined(separator: "\n").utf8.count <= 1_024)
      for line in lines(name) { #expect((try? JSONValue(parsing: Array(line.utf8))) != nil) }
    }
    try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
    logs.reopen()
    logger.info("after")
    await logs.flush()
    #expect(lines(path).count == 1)
    for name in ["", ".1", ".2", ".moved"] { try? FileManager.default.removeItem(atPath: path + name) }
  }

  @Test func aSlowFileLosesLinesAndSaysSo() async throws {
    let path = temporaryFile()
    let file = try #require(LogFile(path: path, maxBytes: .max, keep: 0))
    let sink = LineLogSink(file, format: .json, capacity: 0)
    let record = LogRecord(time: .realNow, level: .info, label: "f", message: "x", metadata: [])
    sink.write(record)
    await sink.flush()
    #expect(sink.lostCount == 1)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("lines were lost"))
    try? FileManager.default.removeItem(atPath: path)
  }

  @Test func batchesGoToAServerAndToAStream() async throws {
    let bodies = Watched<[(type: String?, body: [UInt8])]>([])
    var set = FunctionSet()
    set.routes = [
      (
        "POST", "/logs",
        { request in
          bodies.change { $0.append((request.info.header("content-type"), request.body)) }
          return .noContent
        }
      )
    ]
    set.add("other") { _, _ in .noContent }
    try await set.run { running in
      let logs = FunctionLogs(standard: RecordingSink())
      let stream = MemoryEventStream()
      logs.connect(stream)
      let logger = try logs.open(
        specification([.init(level: "info", sink: running.url + "/logs"), .init(level: "error", sink: "stream:logs")]))
      for number in 0..<10 { logger.info("\(number)") }
      logger.error("last")
      await logs.flush()
      #expect(bodies.value.first?.type == "application/x-ndjson")
      let lines = bodies.value.flatMap { $0.body.split(separator: 0x0A) }
      #expect(lines.count == 11)
      #expect(try lines.map { try JSONValue(parsing: Array($0))["message"]?.text }.last == "last")
      try await stream.createGroup(topic: "logs", group: "g")
      let entries = try await stream.read(topic: "logs", group: "g", consumer: "c", count: 100, block: .zero)
      #expect(entries.map(\.event.type) == ["cabstand.function.logged.v1"])
      #expect(entries.first?.event.subject == "f")
      #expect(logs.lostCount == 0)
      let dead = try logs.open(specification([.init(level: "info", sink: "http://127.0.0.1:1/")]))
      dead.info("x")
      await logs.flush()
      #expect(logs.lostCount == 1)
    }
  }

  @Test(arguments: [
    "stdout", "file:", "file:x?keep=-1", "file:x?what=1", "file:x?format=xml", "http:/x", "https://x/", "stream:",
    "file:/nowhere/at/all.log",
  ])
  func unknownSinksAreErrorsAtStart(sink: String) {
    #expect(throws: SetupError.self) {
      try FunctionLogs(standard: RecordingSink()).open(specification([.init(level: "info", sink: sink)]))
    }
  }
}
