import FunctionKit
import Testing

@testable import TriggerRuntime

/// What is written in one mode reads back as the same event; garbage is refused, never a trap.
struct RoundTripTests {
  private func decode(_ message: CloudEventsMessage) throws -> CloudEventsHTTP.Content {
    let headers = message.headers + (message.contentType.map { [("content-type", $0)] } ?? [])
    return try CloudEventsHTTP.decode(
      info: HTTPRequestInfo(method: "POST", path: "/", headers: headers), body: message.body)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func everyModeKeepsEvents(seed: UInt64) throws {
    var generator = EventGenerator(seed: seed)
    for _ in 0..<500 {
      let event = generator.event()
      for mode in [CloudEventsMode.binary, .structured] {
        let message = CloudEventsMessage(event, mode: mode)
        #expect(message.headers.allSatisfy { $0.value.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
        guard case .one(let copy) = try decode(message) else {
          Issue.record("\(mode) became a batch")
          return
        }
        #expect(copy.isSame(as: event), "\(mode): \(event) became \(copy)")
      }
    }
    let events = (0..<100).map { _ in generator.event() }
    guard case .batch(let copies) = try decode(CloudEventsMessage(events)) else {
      Issue.record("the batch became one event")
      return
    }
    #expect(copies.count == events.count && zip(copies, events).allSatisfy { $0.isSame(as: $1) })
  }

  @Test func garbageIsRefused() throws {
    var generator = EventGenerator(seed: 9)
    for round in 0..<4_000 {
      let event = generator.event()
      var message = CloudEventsMessage(event, mode: CloudEventsMode.allCases[round % 3])
      // Bytes are changed, dropped and doubled anywhere, in header fields too.
      for _ in 0...generator.below(3) {
        if !message.body.isEmpty, generator.below(2) == 0 {
          let index = generator.below(message.body.count)
          switch generator.below(3) {
          case 0: message.body[index] = UInt8(generator.below(256))
          case 1: message.body.remove(at: index)
          default: message.body.insert(message.body[index], at: index)
          }
        } else if !message.headers.isEmpty {
          let index = generator.below(message.headers.count)
          var bytes = Array(message.headers[index].value.utf8)
          if !bytes.isEmpty { bytes[generator.below(bytes.count)] = UInt8(generator.below(256)) }
          message.headers[index].value = String(decoding: bytes, as: UTF8.self)
          if generator.below(8) == 0 { message.headers[index].name += "-x" }
        }
      }
      do {
        _ = try decode(message)
      } catch let error as FunctionError {
        #expect(error.kind == .badInput)
      }
    }
  }

  @Test(arguments: [
    ("a b", "a%20b"), ("\"", "%22"), ("%", "%25"), ("Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"), ("", ""),
    ("a~!{}[]", "a~!{}[]"), ("\u{7F}\u{0}", "%7F%00"),
  ])
  func valuesArePercentEncoded(plain: String, encoded: String) {
    #expect(CloudEventsHeader.encode(plain) == encoded)
    #expect(CloudEventsHeader.decode(encoded) == plain)
  }

  @Test(arguments: [
    ("\"a b\"", "a b"), ("\"a\\\"b\\\\\"", "a\"b\\"), ("\"%20\\%41\"", " A"), ("%e2%82%ac", "€"), ("\"", "\""),
    ("\"\"", ""), ("a\"b\"", "a\"b\""), ("é", "é"),
  ])
  func valuesAreUnquotedThenDecoded(field: String, plain: String) {
    #expect(CloudEventsHeader.decode(field) == plain)
  }

  @Test(arguments: ["%C0%A0", "%", "%4", "%4g", "%ff", "%ED%A0%80", "%F4%90%80%80", "a%80"])
  func whatIsNoUTF8IsRefused(field: String) {
    #expect(CloudEventsHeader.decode(field) == nil)
  }

  @Test func theModeIsChosenByTheBeginningOfTheContentType() throws {
    let json = Array("[]".utf8)
    func mode(_ contentType: String) throws -> CloudEventsHTTP.Content {
      try CloudEventsHTTP.decode(
        info: HTTPRequestInfo(method: "POST", path: "/", headers: [("content-type", contentType)]), body: json)
    }
    guard case .batch = try mode("APPLICATION/cloudevents-Batch+JSON ; charset=utf-8") else {
      Issue.record("no batch")
      return
    }
    // One event must be an object, and another format is not known.
    #expect(throws: FunctionError.self) { try mode("application/cloudevents+json") }
    #expect(throws: FunctionError.self) { try mode("application/cloudevents-batch+avro") }
    #expect(throws: FunctionError.self) { try mode("application/cloudevents+xml") }
    // Plain JSON is the data of the binary mode, whose attributes are missing here.
    #expect(throws: FunctionError.self) { try mode("application/json") }
  }

  @Test func `binary mode has no header for the content type of its data`() throws {
    let event = Event(id: "1", source: "/s", type: "t", dataContentType: "text/plain", body: Array("a".utf8))
    let message = CloudEventsMessage(event, mode: .binary)
    #expect(message.contentType == "text/plain")
    #expect(!message.headers.contains { $0.name.lowercased() == "ce-datacontenttype" })
    guard case .one(let copy) = try decode(message) else {
      Issue.record("another mode")
      return
    }
    #expect(copy.dataContentType == "text/plain")
  }

  @Test func largeEventsPass() throws {
    let event = Event(
      id: "1", source: "/s", type: "t", subject: String(repeating: "é", count: 10_000),
      dataContentType: "application/octet-stream", body: (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    for mode in [CloudEventsMode.binary, .structured] {
      guard case .one(let copy) = try decode(CloudEventsMessage(event, mode: mode)) else {
        Issue.record("\(mode)")
        continue
      }
      #expect(copy.isSame(as: event))
    }
  }
}
