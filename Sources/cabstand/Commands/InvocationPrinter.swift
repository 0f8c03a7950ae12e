import FunctionKit

/// Prints what a function answered.
struct InvocationPrinter {
  let isJSON: Bool

  func show(_ response: Response) async throws {
    switch response.body {
    case .events(let events):
      Terminal.note("\(response.status) event stream")
      // The beginning of the feed: what follows would wait for ever in a process of its own.
      var iterator = events.makeAsyncIterator()
      if let event = try await iterator.next() {
        print("event: \(event.event ?? "message")\ndata: \(String(decoding: event.data, as: UTF8.self))")
      }
    case .bytes(let bytes):
      show(response, bytes)
    case .empty:
      show(response, [])
    }
  }

  private func show(_ response: Response, _ bytes: [UInt8]) {
    guard isJSON else {
      Terminal.note("\(response.status)")
      if !bytes.isEmpty { print(String(decoding: bytes, as: UTF8.self)) }
      return
    }
    let text = JSONWriter.bytes { json in
      json.object { json in
        json.member("status", response.status)
        json.key("headers")
        json.object { json in for (name, value) in response.headers { json.member(dynamic: name, value) } }
        json.key("body")
        if bytes.isEmpty {
          json.null()
        } else if (try? JSONValue(parsing: bytes)) != nil {
          json.json(bytes)
        } else {
          json.value(String(decoding: bytes, as: UTF8.self))
        }
      }
    }
    print(String(decoding: text, as: UTF8.self))
  }
}
