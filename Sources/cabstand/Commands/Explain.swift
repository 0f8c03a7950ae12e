import ArgumentParser
import FunctionKit
import NIOCore
import Replay

/// `cabstand explain`: why a ride was offered to whom, and why not to others.
struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell why a ride was offered to whom, and why not to others.",
    discussion: "Exits with 1 where there is no such ride, with 2 where the server does not answer.")

  @Argument(help: ArgumentHelp("The ride's id.", valueName: "ride"))
  var ride: String
  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    let isID = ride.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isID, (1...64).contains(ride.utf8.count) else { throw ValidationError("\(ride) is no id of a ride.") }
  }

  func run() async throws {
    let reply = try await server.withServer { try await $0.reply(.get, "/v1/rides/\(ride)/explain") }
    guard reply.status == 200, let explanation = reply.json else {
      Terminal.error(reply.json?["detail"]?.text ?? "the server answered \(reply.status)")
      throw ExitCode(reply.status == 404 ? 1 : 2)
    }
    Terminal.result(
      json
        ? String(decoding: reply.body.readableBytesView, as: UTF8.self) : ExplanationTable(explanation).text)
  }
}
