/// The form in which stores keep the drivers of a round: a driver's fields are divided by commas, drivers by semicolons. Ids hold neither.
extension MatchRound {
  /// The drivers one by one.
  package var consideredText: String {
    var text = ""
    for item in considered {
      if !text.isEmpty { text += ";" }
      text += item.driver.text
      text += ","
      text.append(item.verdict.code)
      for number in [item.distanceMeters, item.etaDeciseconds, item.zoneDeciseconds, item.freeInSeconds] {
        text += ","
        text += String(number)
      }
      if let other = item.otherRide {
        text += ","
        text += other.text
      }
    }
    return text
  }

  /// The drivers who are only counted.
  package var othersText: String {
    others.map { "\($0.verdict.code)\($0.drivers)" }.joined(separator: ",")
  }

  /// Reads `consideredText`; nil where it is none.
  package static func considered(_ text: String) -> [ConsideredDriver]? {
    var found: [ConsideredDriver] = []
    for part in text.split(separator: ";") {
      let fields = part.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 6 || fields.count == 7, let driver = DriverID(String(fields[0])),
        fields[1].count == 1, let verdict = fields[1].first.flatMap(MatchVerdict.init(code:)),
        let meters = Int(fields[2]), let eta = Int(fields[3]), let zone = Int(fields[4]), let free = Int(fields[5])
      else { return nil }
      found.append(
        ConsideredDriver(
          driver: driver, verdict: verdict, distanceMeters: meters, etaDeciseconds: eta, zoneDeciseconds: zone,
          freeInSeconds: free, otherRide: fields.count == 7 ? RideID(String(fields[6])) : nil))
    }
    return found
  }

  /// Reads `othersText`; nil where it is none.
  package static func others(_ text: String) -> [Others]? {
    var found: [Others] = []
    for part in text.split(separator: ",") {
      guard let verdict = part.first.flatMap(MatchVerdict.init(code:)), let count = Int(part.dropFirst()) else {
        return nil
      }
      found.append(Others(verdict, drivers: count))
    }
    return found
  }
}
