import ArgumentParser
import DispatchAPI
import DispatchCore
import FunctionKit
import PostgresState

/// `cabstand tariff`: versions of prices.
struct TariffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tariff", abstract: "Add, list, show and compare versions of tariffs.",
    discussion: """
      A tariff is a YAML file (docs/fares.md) or one of the examples nyc-2012, nyc-2022, nyc-driver-pay and ride-hailing. Versions are kept in
      the record of a running server, found through the data directory or the URLs, and never change.
      """,
    subcommands: [TariffAdd.self, TariffList.self, TariffShow.self, TariffDiff.self])
}

/// `cabstand tariff add`: checks a file and keeps it.
struct TariffAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Check a tariff and keep it as a version; the same one again changes nothing.")

  @Argument(help: ArgumentHelp("A YAML file, or the name of an example.", valueName: "file")) var file: String
  @OptionGroup var flags: RecordFlags
  @Flag(help: "Check the file only.") var check = false

  func run() async throws {
    let name = file
    let tariff = try await Blocking.run { try TariffFile.read(name) }
    if !check {
      let kept = try await flags.withRecord("tariff") { record, _ in try await record.add(tariff) }
      guard kept.document == tariff.document else {
        throw ValidationError("There is another tariff \(tariff.id): a version never changes, so give this one another id.")
      }
    }
    let (id, region, fields) = (tariff.id.text, tariff.region.text, tariff.document.fields.count)
    Terminal.result(
      flags.json
        ? JSONText.object { json in
          json.member("tariff", id)
          json.member("region", region)
          json.member("fields", fields)
        } : "\(id): \(check ? "is fine" : "kept") for \(region), \(fields) fields")
  }
}

/// `cabstand tariff list`: the versions that there are.
struct TariffList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List versions by region, vehicle class and beginning.")

  @Argument(help: "The region; all where it is left out.") var region: String?
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let region = try region.map { text in
      guard let id = RegionID(text) else { throw ValidationError("\(text) is no id of a region.") }
      return id
    }
    let tariffs = try await flags.withRecord("tariff") { record, _ in try await record.tariffs(in: region) }
    if flags.json {
      Terminal.result(
        JSONText.object { json in
          json.key("tariffs")
          json.array { json in
            for tariff in tariffs {
              json.object { json in
                json.member("tariff", tariff.id.text)
                json.member("region", tariff.region.text)
                json.member("vehicleClass", tariff.vehicleClass.name)
                json.member("currency", tariff.currency.code)
                json.member("validFrom", time: tariff.validFrom)
                json.member("validUntil", time: tariff.validUntil)
              }
            }
          }
        })
      return
    }
    let lines = tariffs.map { tariff in
      let end = tariff.validUntil.map { " until \(RFC3339.text($0))" } ?? ""
      return "\(tariff.id)  \(tariff.region)  \(tariff.vehicleClass.name)  \(tariff.currency)  "
        + "from \(RFC3339.text(tariff.validFrom))\(end)"
    }
    Terminal.result(lines.isEmpty ? "there are no tariffs" : lines.joined(separator: "\n"))
  }
}

/// Finds tariffs that somebody names.
private enum NamedTariff {
  /// The kept version of that id, or else the file or example of that name.
  static func read(_ name: String, _ flags: RecordFlags) async throws -> Tariff {
    if let id = TariffID(name),
      let kept = try await flags.withRecord("tariff", { record, _ in try await record.tariff(id) })
    {
      return kept
    }
    return try await Blocking.run { try TariffFile.read(name) }
  }
}

/// `cabstand tariff show`: all fields of a version.
struct TariffShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show every field of a version, with its path.")

  @Argument(help: "The version's id, a file or an example.") var tariff: String
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let found = try await NamedTariff.read(tariff, flags)
    Terminal.result(
      flags.json
        ? JSONText.object { json in
          for field in found.document.fields {
            json.key(dynamic: field.path)
            json.value(field.value)
          }
        } : found.document.text)
  }
}

/// `cabstand tariff diff`: what two versions have otherwise.
struct TariffDiff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two versions field by field.",
    discussion: "Exits with 1 where they differ.")

  @Argument(help: "A version's id, a file or an example.") var first: String
  @Argument(help: "Another one.") var second: String
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let (old, new) = (try await NamedTariff.read(first, flags), try await NamedTariff.read(second, flags))
    let differences = old.document.differences(from: new.document)
    if flags.json {
      Terminal.result(
        JSONText.object { json in
          json.key("differences")
          json.array { json in
            for difference in differences {
              json.object { json in
                json.member("path", difference.path)
                json.member("first", difference.here)
                json.member("second", difference.there)
              }
            }
          }
        })
    } else {
      let lines = differences.map { "\($0.path): \($0.here ?? "-") -> \($0.there ?? "-")" }
      Terminal.result(lines.isEmpty ? "no differences" : lines.joined(separator: "\n"))
    }
    if !differences.isEmpty { throw ExitCode(1) }
  }
}
