import FunctionKit
import Testing

@Suite struct EventTests {
  @Test func aCopyKeepsWhatTheOtherChanges() {
    let original = Event(id: "1", source: "/s", type: "t", extensions: ["a": "1"], body: [1])
    var copy = original
    copy.id = "2"
    copy.extensions["a"] = "2"
    copy.body.append(2)
    #expect(original.id == "1")
    #expect(original.extensions == ["a": "1"])
    #expect(original.body == [1])
    #expect(copy.id == "2")
    #expect(copy.extensions == ["a": "2"])
    #expect(copy.body == [1, 2])
  }

  @Test func aCopyKeepsEveryField() {
    let request = HTTPRequestInfo(method: "POST", path: "/p")
    let original = Event(
      id: "1", source: "/s", type: "t", subject: "u", time: EventTime(unixMilliseconds: 5), dataContentType: "c",
      dataSchema: "d", extensions: ["a": "1"], body: [1], trigger: TriggerInfo(kind: "k", name: "n"), request: request)
    var copy = original
    copy.id = "2"
    #expect(copy.source == "/s")
    #expect(copy.type == "t")
    #expect(copy.subject == "u")
    #expect(copy.time == EventTime(unixMilliseconds: 5))
    #expect(copy.dataContentType == "c")
    #expect(copy.dataSchema == "d")
    #expect(copy.extensions == ["a": "1"])
    #expect(copy.body == [1])
    #expect(copy.trigger == TriggerInfo(kind: "k", name: "n"))
    #expect(copy.request?.path == "/p")
  }
}
