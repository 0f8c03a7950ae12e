/// A chart of values over the hours of a day: lines, stacked areas or bars.
struct TimeChart {
  /// One curve.
  struct Series {
    var title: String
    var color: String
    /// Moments in milliseconds since 1970, with values.
    var points: [(milliseconds: Int64, value: Double)]
  }

  enum Style { case lines, areas, bars }

  var title: String
  var unit: String
  var style: Style
  var series: [Series]
  var zone: CityTimeZone

  private static let width = 960.0
  private static let height = 360.0
  private static let (left, right, top, bottom) = (64.0, 16.0, 56.0, 36.0)

  /// The chart as SVG.
  var text: String {
    var svg = SVGDocument(width: Self.width, height: Self.height)
    svg.label(Self.left, 22, title, size: 15)
    let moments = series.flatMap { $0.points.map(\.milliseconds) }
    guard let first = moments.min(), let last = moments.max() else { return svg.text }
    // A bar stands for the hour that begins at its moment.
    let end = style == .bars ? last + 3_600_000 : last
    guard end > first else { return svg.text }
    let stacked = style == .areas ? stack() : series.map { $0.points.map(\.value) }
    let scale = Self.scale(upTo: stacked.flatMap { $0 }.max() ?? 1)
    func x(_ milliseconds: Int64) -> Double {
      Self.left + Double(milliseconds - first) / Double(end - first) * (Self.width - Self.left - Self.right)
    }
    func y(_ value: Double) -> Double {
      Self.height - Self.bottom - value / scale.top * (Self.height - Self.top - Self.bottom)
    }
    for index in 0...scale.steps {
      let value = scale.top * Double(index) / Double(scale.steps)
      svg.line(Self.left, y(value), Self.width - Self.right, y(value), color: "#e2e2e2")
      svg.label(Self.left - 6, y(value) + 4, FixedPoint.text(value, decimals: scale.decimals), anchor: .end)
    }
    svg.label(Self.left - 6, Self.top - 10, unit, anchor: .end)
    drawHours(&svg, first, end, x)
    draw(&svg, stacked, x, y)
    var legendX = Self.left
    for item in series where series.count > 1 {
      svg.rectangle(legendX, 32, width: 12, height: 12, color: item.color)
      svg.label(legendX + 17, 42, item.title)
      legendX += 34 + Double(item.title.count) * 6.6
    }
    return svg.text
  }

  private func draw(
    _ svg: inout SVGDocument, _ values: [[Double]], _ x: (Int64) -> Double, _ y: (Double) -> Double
  ) {
    // The highest area first, so that the lower ones cover it.
    let order = style == .areas ? Array(series.indices.reversed()) : Array(series.indices)
    for index in order {
      let line = zip(series[index].points, values[index]).map { (x: x($0.milliseconds), y: y($1)) }
      switch style {
      case .lines: svg.polyline(line, color: series[index].color)
      case .areas:
        guard let first = line.first, let last = line.last else { continue }
        svg.polygon([(first.x, y(0))] + line + [(last.x, y(0))], color: series[index].color)
      case .bars:
        for (point, value) in zip(series[index].points, values[index]) {
          let (from, to) = (x(point.milliseconds), x(point.milliseconds + 3_600_000))
          svg.rectangle(from + 2, y(value), width: to - from - 4, height: y(0) - y(value), color: series[index].color)
        }
      }
    }
  }

  /// Each series on top of the ones before it.
  private func stack() -> [[Double]] {
    var sums: [Double] = []
    return series.map { item in
      for (index, point) in item.points.enumerated() {
        if index < sums.count { sums[index] += point.value } else { sums.append(point.value) }
      }
      return sums
    }
  }

  private func drawHours(_ svg: inout SVGDocument, _ first: Int64, _ last: Int64, _ x: (Int64) -> Double) {
    let hours = Double(last - first) / 3_600_000
    let step: Int64 = hours > 12 ? 7_200 : hours > 3 ? 3_600 : hours > 1 ? 900 : 300
    let offset = zone.offsetSeconds(at: first / 1_000)
    var local = ((first / 1_000 + offset) / step + 1) * step
    while (local - offset) * 1_000 <= last {
      let place = x((local - offset) * 1_000)
      let minutes = local / 60 % 1_440
      let text = (minutes < 600 ? "0" : "") + "\(minutes / 60)" + (minutes % 60 < 10 ? ":0" : ":") + "\(minutes % 60)"
      svg.line(place, Self.top, place, Self.height - Self.bottom, color: "#f0f0f0")
      svg.label(place, Self.height - Self.bottom + 18, text, anchor: .middle)
      local += step
    }
  }

  /// A round number at the top, and how many steps lead to it.
  private static func scale(upTo value: Double) -> (top: Double, steps: Int, decimals: Int) {
    guard value > 0, value.isFinite else { return (1, 4, 2) }
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    while power > value { power /= 10 }
    for factor in [1.0, 2, 2.5, 4, 5, 8, 10] where factor * power >= value {
      return (factor * power, factor == 2.5 || factor == 5 || factor == 10 ? 5 : 4, factor * power >= 10 ? 0 : 2)
    }
    return (10 * power, 5, 0)
  }
}
