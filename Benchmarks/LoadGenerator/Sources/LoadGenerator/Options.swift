/// What is asked of the load generator on the command line.
struct Options {
  enum Form: String {
    case json, cbor
    /// `GET /` without a body, for servers that only answer.
    case get
  }

  var port: UInt16 = 8070
  var form = Form.json
  /// Pings in a request.
  var batch = 100
  var connections = 16
  var drivers = 10_000
  /// Regions that the drivers are spread over.
  var regions = 1
  /// Pings a second; 0 sends the next request as soon as the last is answered.
  var rate = 0.0
  var seconds = 5.0
  /// Seconds at the beginning that do not count.
  var warmUpSeconds = 1.0
  /// How many seconds a driver drives from one ping to the next; the pings' times are the real ones all the same.
  var intervalSeconds = 4.0
  /// How fast drivers drive, in metres per second.
  var speed = 8.0
  /// Where every driver ends up is written to this file, for recounts.
  var positionsPath = ""
  /// Where the requests go.
  var path = "/v1/pings"

  static let usage = """
    load-generator --port N [--form json|cbor|get] [--batch N] [--connections N] [--drivers N] [--regions N] [--rate PINGS_PER_SECOND]
                   [--seconds S] [--warm-up S] [--interval S] [--speed M_PER_S] [--positions FILE] [--path PATH]
    """

  /// Reads the command line.
  /// - Returns: nil where it cannot be understood.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch name {
      case "--form":
        guard let form = Form(rawValue: value) else { return nil }
        self.form = form
      case "--positions": positionsPath = value
      case "--path": path = value
      default:
        guard let number = Double(value), number >= 0, number < 1e15, take(name, number) else { return nil }
      }
    }
    guard (1...1_000).contains(batch), (1...10_000).contains(connections), drivers > 0, regions > 0 else { return nil }
  }

  private mutating func take(_ name: String, _ number: Double) -> Bool {
    switch name {
    case "--port": port = UInt16(min(number, 65_535))
    case "--batch": batch = Int(number)
    case "--connections": connections = Int(number)
    case "--drivers": drivers = Int(number)
    case "--regions": regions = Int(number)
    case "--rate": rate = number
    case "--seconds": seconds = number
    case "--warm-up": warmUpSeconds = number
    case "--interval": intervalSeconds = number
    case "--speed": speed = number
    default: return false
    }
    return true
  }
}
