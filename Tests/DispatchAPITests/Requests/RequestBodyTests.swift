import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid
import Testing

@Suite("Request bodies")
struct RequestBodyTests {
  /// What a reader of one field throws: status, code and field.
  private func failure<Value>(_ body: String, _ read: (RequestBody) throws -> Value) -> String? {
    do {
      _ = try read(try RequestBody(Samples.event(body)))
      return nil
    } catch let error as FunctionError {
      #expect(!error.message.isEmpty)
      return "\(error.status) \(error.code) \(error.field ?? "-")"
    } catch {
      return "\(error)"
    }
  }

  private let window = EventTimeWindow()

  @Test("A body is an object; none at all is an empty one")
  func objects() throws {
    #expect(try RequestBody(Samples.event("")).has("a") == false)
    #expect(try RequestBody(Samples.event(#"{"a":null,"b":0}"#)).has("a") == false)
    #expect(try RequestBody(Samples.event(#"{"a":null,"b":0}"#)).has("b"))
    for body in ["[]", "1", "\"x\"", "null", "true"] { #expect(failure(body) { $0.has("a") } == "400 wrongType -") }
    for body in ["{", "{]", "}", "{\"a\":1}}", " ", "\u{0}"] {
      #expect(failure(body) { $0.has("a") } == "400 malformedJSON -")
    }
  }

  @Test("Texts and ids say what they should have been")
  func texts() throws {
    func id(_ body: String) -> String? { failure(body) { try $0.id("driver", as: DriverID.self) } }
    #expect(id(#"{"driver":"cab-7"}"#) == nil)
    #expect(id("{}") == "400 missingField driver")
    #expect(id(#"{"driver":null}"#) == "400 missingField driver")
    #expect(id(#"{"driver":7}"#) == "400 wrongType driver")
    #expect(id(#"{"driver":["x"]}"#) == "400 wrongType driver")
    #expect(id(#"{"driver":""}"#) == "400 badID driver")
    #expect(id(#"{"driver":"a b"}"#) == "400 badID driver")
    #expect(id("{\"driver\":\"\(String(repeating: "x", count: 65))\"}") == "400 badID driver")
    #expect(
      try RequestBody(Samples.event(#"{"driver":"cab\u002d7"}"#)).id("driver", as: DriverID.self) == Samples.driver)
    #expect(try RequestBody(Samples.event("{}")).optionalText("x") == nil)
    #expect(failure(#"{"x":false}"#) { try $0.optionalText("x") } == "400 wrongType x")
  }

  @Test("Numbers keep their limits")
  func numbers() throws {
    func integer(_ text: String) -> String? {
      failure("{\"n\":\(text)}") { try $0.optionalInteger("n", in: 0...2_000_000) }
    }
    for good in ["0", "2000000", "1e3", "5.0", "null"] { #expect(integer(good) == nil, "\(good)") }
    for bad in ["-1", "2000001", "1.5", "1e999", "-1e999", "\"5\"", "true", "[]", "99999999999999999999"] {
      #expect(integer(bad) == "400 outOfRange n", "\(bad)")
    }
    #expect(failure(#"{"n":"1"}"#) { try $0.optionalNumber("n") } == "400 wrongType n")
    #expect(try RequestBody(Samples.event(#"{"n":-0.5}"#)).optionalNumber("n") == -0.5)
  }

  @Test("Positions name the coordinate at fault by its path")
  func positions() throws {
    func position(_ text: String) -> String? { failure("{\"pickup\":\(text)}") { try $0.position("pickup") } }
    #expect(position(#"{"latitude":37.5,"longitude":-122}"#) == nil)
    #expect(position(#"{"latitude":90,"longitude":-180}"#) == nil)
    #expect(position("null") == "400 missingField pickup")
    #expect(position("[37,-122]") == "400 wrongType pickup")
    #expect(position("{}") == "400 missingField pickup.latitude")
    #expect(position(#"{"latitude":37.5}"#) == "400 missingField pickup.longitude")
    #expect(position(#"{"latitude":"37","longitude":0}"#) == "400 wrongType pickup.latitude")
    #expect(position(#"{"latitude":90.0001,"longitude":0}"#) == "422 latitudeOutOfRange pickup.latitude")
    #expect(position(#"{"latitude":-1e999,"longitude":0}"#) == "422 latitudeOutOfRange pickup.latitude")
    #expect(position(#"{"latitude":0,"longitude":180.1}"#) == "422 longitudeOutOfRange pickup.longitude")
    #expect(position(#"{"latitude":0,"longitude":1e999}"#) == "422 longitudeOutOfRange pickup.longitude")
  }

  @Test("Times are texts or milliseconds near the present, and now where absent")
  func times() throws {
    func time(_ text: String) -> String? {
      failure("{\"time\":\(text)}") { try $0.time("time", now: Samples.start, within: window) }
    }
    for good in ["1212735600000", "1.2127356e12", "\"2008-06-06T07:00:00Z\"", "1212735660000", "1212562800000"] {
      #expect(time(good) == nil, "\(good)")
    }
    for bad in ["\"yesterday\"", "true", "{}", "1212735600000.5", "\"1212735600000\"", "1e999"] {
      #expect(time(bad) == "400 badTime time", "\(bad)")
    }
    #expect(time("1212735660001") == "422 timeInFuture time")
    #expect(time("1212562799999") == "422 timeTooOld time")
    #expect(time("9223372036854775807") == "422 timeInFuture time")
    #expect(time("-9223372036854775808") == "422 timeTooOld time")
    let body = try RequestBody(Samples.event("{}"))
    #expect(try body.time("time", now: Samples.at(7), within: window) == Samples.at(7))
  }

  @Test("Vehicle classes are known by name")
  func classes() throws {
    #expect(try RequestBody(Samples.event("{}")).vehicleClass("c") == .standard)
    #expect(try RequestBody(Samples.event(#"{"c":"premium"}"#)).vehicleClass("c") == .premium)
    #expect(failure(#"{"c":"Premium"}"#) { try $0.vehicleClass("c") } == "400 unknownVehicleClass c")
    #expect(failure(#"{"c":3}"#) { try $0.vehicleClass("c") } == "400 wrongType c")
  }

  @Test("Route ids, idempotency keys and callers")
  func rules() throws {
    func failure(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch let error as FunctionError {
        return "\(error.status) \(error.code) \(error.field ?? "-")"
      } catch {
        return "\(error)"
      }
    }
    let event = Samples.event("", parameters: ["id": "cab-7"])
    #expect(try InputRules.routeID(event, as: DriverID.self) == Samples.driver)
    #expect(try InputRules.routeID(Samples.event("", subject: "cab-9"), as: DriverID.self).text == "cab-9")
    #expect(failure { _ = try InputRules.routeID(Samples.event(""), as: DriverID.self) } == "400 badID id")
    func key(_ text: String) -> String? {
      failure { _ = try InputRules.idempotencyKey(Samples.event("", headers: [("idempotency-key", text)])) }
    }
    #expect(try InputRules.idempotencyKey(Samples.event("")) == nil)
    #expect(key("k") == nil && key(String(repeating: "~", count: 128)) == nil)
    for bad in ["", " ", "a b", "é", "a\n", String(repeating: "x", count: 129)] {
      #expect(key(bad) == "400 badIdempotencyKey Idempotency-Key", "\(bad)")
    }
    for caller in [Caller.driver("cab-7"), .anonymous, .service("s"), .operator("o")] {
      #expect(failure { try InputRules.check(caller, actsFor: .driver("cab-7")) } == nil)
    }
    for caller in [Caller.driver("cab-8"), .rider("cab-7")] {
      #expect(failure { try InputRules.check(caller, actsFor: .driver("cab-7")) } == "403 notYou -")
    }
    #expect(InputRules.hash(Samples.event("{}")) != InputRules.hash(Samples.event("{ }")))
    #expect(InputRules.hash(Samples.event("a")) == 0xaf63_dc4c_8601_ec8c)
  }
}
