import Foundation
import FunctionKit
import Testing

@testable import TriggerRuntime

/// The Python SDK and the official JSON Schema as the other side, through scripts/cloudevents/oracle.
@Suite(.timeLimit(.minutes(8)))
struct SDKTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The official JSON Schema of CloudEvents 1.0, which is not ours to carry: below `CABSTAND_DATA`, or beside the package.
  private static var schema: String? {
    let folders =
      (ProcessInfo.processInfo.environment["CABSTAND_DATA"].map { [URL(filePath: $0)] } ?? [])
      + [root.appending(path: "../shared/data"), root.appending(path: "../../shared/data")]
    let path = folders.map { $0.appending(path: "cloudevents/cloudevents.json").path }
      .first { FileManager.default.fileExists(atPath: $0) }
    if path == nil { print("not checked against the official schema: cloudevents/cloudevents.json is not at hand") }
    return path
  }

  /// What the SDK says to messages; nil where it is not at hand.
  private static func ask(_ messages: [CloudEventsMessage]) throws -> [JSONValue]? {
    var input: [UInt8] = []
    for message in messages {
      input += JSONWriter.bytes { json in
        json.object { json in
          json.key("headers")
          json.object { json in
            if let contentType = message.contentType { json.member("content-type", contentType) }
            for (name, value) in message.headers { json.member(dynamic: name, value) }
          }
          json.member("body", Base64.encode(message.body))
        }
      }
      input.append(0x0A)
    }
    // Through files: a pipe would fill up while nobody reads.
    let folder = FileManager.default.temporaryDirectory.appending(path: "cabstand-sdk-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (inputFile, outputFile) = (folder.appending(path: "in"), folder.appending(path: "out"))
    try Data(input).write(to: inputFile)
    try Data().write(to: outputFile)
    let process = Process()
    process.executableURL = root.appending(path: "scripts/cloudevents/oracle")
    process.arguments = schema.map { [$0] } ?? []
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus != 75 else {
      print("skipped: the Python package cloudevents cannot be installed here")
      return nil
    }
    #expect(process.terminationStatus == 0)
    return try Data(contentsOf: outputFile).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
  }

  private static func decode(_ message: JSONValue?) throws -> Event? {
    guard case .object(let headers)? = message?["headers"], let body = message?["body"]?.text.flatMap(Base64.decode)
    else { return nil }
    let info = HTTPRequestInfo(
      method: "POST", path: "/", headers: headers.map { ($0.key, $0.value.text ?? "") })
    guard case .one(let event) = try CloudEventsHTTP.decode(info: info, body: body) else { return nil }
    return event
  }

  /// Whether what came back is the event that was sent; the SDK writes JSON in its own way and adds a time where there is none.
  private static func isSame(_ sent: Event, _ back: Event) -> Bool {
    var back = back
    if sent.time == nil { back.time = nil }
    if let (left, right) = try? (JSONValue(parsing: sent.body), JSONValue(parsing: back.body)), left == right {
      back.body = sent.body
    }
    return back.isSame(as: sent)
  }

  @Test func theSDKUnderstandsWhatWeSendAndWeWhatItSends() throws {
    var generator = EventGenerator(seed: 11)
    // The SDK reads JSON data that is a text, a number or null as something else than it was; its own tests do without.
    let events = (0..<300).map { _ in generator.event() }.filter { event in
      event.dataContentType != "application/json" || event.body.first == UInt8(ascii: "{")
    }
    var messages: [CloudEventsMessage] = []
    for event in events { messages += [CloudEventsMessage(event), CloudEventsMessage(event, mode: .structured)] }
    messages.append(CloudEventsMessage(events))
    guard let answers = try Self.ask(messages) else { return }
    #expect(answers.count == messages.count)
    for (index, answer) in answers.enumerated() {
      guard let understood = answer["events"]?.elements else {
        Issue.record("message \(index): \(answer["error"]?.text ?? "no answer"): \(messages[index])")
        continue
      }
      let sent = index / 2 < events.count ? [events[index / 2]] : events
      #expect(understood.count == sent.count)
      for (event, item) in zip(sent, understood) {
        #expect(item["attributes"]?["id"]?.text == event.id)
        #expect(item["attributes"]?["subject"]?.text == event.subject)
        for (name, value) in event.extensions { #expect(item["attributes"]?[name]?.text == value) }
        for mode in ["binary", "structured"] {
          let back = try #require(try Self.decode(item[mode]))
          #expect(Self.isSame(event, back), "\(mode): sent \(event), came back \(back)")
        }
      }
    }
  }
}
