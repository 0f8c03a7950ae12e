package import DispatchCore
package import FunctionKit

/// The name of a topic: a name of its own, or `<region>:<name>` for one of a region's topics.
package struct TopicName: Sendable, Hashable, CustomStringConvertible {
  /// The region whose slot holds the topic; nil where the topic stands by itself.
  package let region: RegionID?
  /// The name within the region.
  package let name: String

  /// The topic that tells of all rides.
  package static let rides = TopicName(region: nil, name: "rides")

  private init(region: RegionID?, name: String) {
    self.region = region
    self.name = name
  }

  /// Reads a topic as function.yaml names it.
  /// - Parameter text: one or two parts of `A-Z a-z 0-9 . _ -`, 64 characters at most each, divided by a colon.
  /// - Throws: `FunctionError`, bad input.
  package init(_ text: String) throws(FunctionError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), parts.allSatisfy({ RegionID($0) != nil }) else {
      throw FunctionError(.badInput, code: "badTopic", "a topic is <name> or <region>:<name>")
    }
    region = parts.count == 2 ? RegionID(parts[0]) : nil
    name = parts[parts.count - 1]
  }

  package var description: String { region.map { "\($0):\(name)" } ?? name }
}
