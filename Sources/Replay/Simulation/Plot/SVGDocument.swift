/// A picture in SVG, drawn front to back with as little as charts need.
struct SVGDocument {
  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The whole text.
  var text: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
      + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" font-family=\"sans-serif\" font-size=\"12\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n"
  }

  enum Anchor: String { case start, middle, end }

  mutating func line(_ fromX: Double, _ fromY: Double, _ toX: Double, _ toY: Double, color: String, width: Double = 1) {
    body +=
      "<line x1=\"\(Self.number(fromX))\" y1=\"\(Self.number(fromY))\" x2=\"\(Self.number(toX))\" "
      + "y2=\"\(Self.number(toY))\" stroke=\"\(color)\" stroke-width=\"\(Self.number(width))\"/>\n"
  }

  mutating func rectangle(_ x: Double, _ y: Double, width: Double, height: Double, color: String) {
    body +=
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(max(width, 0)))\" "
      + "height=\"\(Self.number(max(height, 0)))\" fill=\"\(color)\"/>\n"
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], color: String, width: Double = 1.5) {
    guard points.count > 1 else { return }
    body += "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(color)\" "
    body += "stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\"/>\n"
  }

  mutating func polygon(_ points: [(x: Double, y: Double)], color: String, title: String = "") {
    guard points.count > 2 else { return }
    body += "<polygon points=\"\(Self.list(points))\" fill=\"\(color)\""
    body += title.isEmpty ? "/>\n" : "><title>\(Self.escaped(title))</title></polygon>\n"
  }

  mutating func label(
    _ x: Double, _ y: Double, _ text: String, anchor: Anchor = .start, size: Double = 12, color: String = "#333333"
  ) {
    body +=
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\" "
      + "font-size=\"\(Self.number(size))\" fill=\"\(color)\">\(Self.escaped(text))</text>\n"
  }

  private static func list(_ points: [(x: Double, y: Double)]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  private static func number(_ value: Double) -> String {
    value.isFinite ? FixedPoint.text(value, decimals: value == value.rounded() ? 0 : 2) : "0"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
