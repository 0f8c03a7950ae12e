import ArgumentParser
import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import PostgresState

/// `cabstand ledger`: the books.
struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Read the books, and add corrections to them.",
    discussion: """
      Accounts are rider:<id>, driver:<id>, fares, commission, tax:<name>, tolls, promotions, topUps and refunds. Debits are positive: what a
      rider owes is, and what a driver has earned is negative. Balances are summed from the entries each time; nothing else is kept.
      """,
    subcommands: [LedgerBalance.self, LedgerStatement.self, LedgerTrialBalance.self, LedgerAdjust.self])
}

extension LedgerAccount: ExpressibleByArgument {
  /// Reads an account from the command line.
  public init?(argument: String) { self.init(argument) }
}

/// `cabstand ledger balance`: what an account holds.
struct LedgerBalance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "balance", abstract: "Tell what an account holds, by currency, replayed from its entries.")

  @Argument(help: "The account, such as driver:d-1.") var account: LedgerAccount
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let account = account
    let balances = try await flags.withRecord("ledger") { record, _ in try await record.balance(of: account) }
    if flags.json {
      Terminal.result(
        JSONText.object { json in
          json.member("account", account.description)
          json.key("balances")
          json.array { json in
            for balance in balances {
              json.object { json in
                json.member("minorUnits", balance.minorUnits)
                json.member("currency", balance.currency.code)
              }
            }
          }
        })
    } else {
      Terminal.result(
        balances.isEmpty ? "\(account): nothing" : balances.map { "\(account): \($0.text)" }.joined(separator: "\n"))
    }
  }
}

/// `cabstand ledger statement`: what moved an account.
struct LedgerStatement: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement", abstract: "List what moved an account, oldest first, with the balance after each.")

  @Argument(help: "The account, such as driver:d-1.") var account: LedgerAccount
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let account = account
    let lines = try await flags.withRecord("ledger") { record, _ in
      var lines: [StatementLine] = []
      while true {
        let page = try await record.statement(of: account, after: lines.last, limit: 1_000)
        lines += page
        if page.count < 1_000 { return lines }
      }
    }
    var balances: [Currency: Int64] = [:]
    let rows = lines.map { line in
      balances[line.amount.currency, default: 0] += line.amount.minorUnits
      return (line, Money(minorUnits: balances[line.amount.currency] ?? 0, currency: line.amount.currency))
    }
    if flags.json {
      Terminal.result(
        JSONText.object { json in
          json.member("account", account.description)
          json.key("lines")
          json.array { json in
            for (line, balance) in rows {
              json.object { json in
                json.member("entryId", line.entry)
                json.member("rideId", line.ride?.text)
                json.member("purpose", line.purpose.rawValue)
                json.member("time", time: line.time)
                json.member("minorUnits", line.amount.minorUnits)
                json.member("currency", line.amount.currency.code)
                json.member("balanceMinorUnits", balance.minorUnits)
                json.member("reason", line.reason)
              }
            }
          }
        })
    } else {
      let text = rows.map { line, balance in
        "\(RFC3339.text(line.time))  \(line.purpose.rawValue)  \(line.amount.text)  balance \(balance.text)  \(line.entry)"
          + (line.reason.map { "  \($0)" } ?? "")
      }
      Terminal.result(text.isEmpty ? "\(account): nothing" : text.joined(separator: "\n"))
    }
  }
}

/// `cabstand ledger trial-balance`: all debits and credits.
struct LedgerTrialBalance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial-balance", abstract: "Sum all debits and credits by account; exits with 1 where they differ.")

  @OptionGroup var flags: RecordFlags

  func run() async throws {
    let lines = try await flags.withRecord("ledger") { record, _ in try await record.trialBalance() }
    var sums: [Currency: Int64] = [:]
    for line in lines { sums[line.currency, default: 0] += line.debits - line.credits }
    let isBalanced = sums.values.allSatisfy { $0 == 0 }
    if flags.json {
      Terminal.result(
        JSONText.object { json in
          json.member("isBalanced", isBalanced)
          json.key("accounts")
          json.array { json in
            for line in lines {
              json.object { json in
                json.member("account", line.account)
                json.member("currency", line.currency.code)
                json.member("debits", line.debits)
                json.member("credits", line.credits)
              }
            }
          }
        })
    } else {
      let text = lines.map { line in
        func money(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: line.currency).text }
        return "\(line.account)  debits \(money(line.debits))  credits \(money(line.credits))"
      }
      Terminal.result((text + [isBalanced ? "debits equal credits" : "debits and credits differ"]).joined(separator: "\n"))
    }
    if !isBalanced { throw ExitCode(1) }
  }
}

/// `cabstand ledger adjust`: a tip, a refund, an adjustment or a dispute.
struct LedgerAdjust: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjust", abstract: "Book a tip, refund, adjustment or dispute of a settled ride, once per key.",
    discussion: "A dispute undoes charge and payout by entries that mirror them; it needs no amount.")

  @Argument(help: "The ride's id.") var ride: String
  @Option(help: "tip, refund, adjustment or dispute.") var kind: String
  @Option(help: "The amount in minor units, such as cents.") var minorUnits: Int64?
  @Option(help: "Tells this adjustment from others; the same again changes nothing.") var key: String?
  @Option(help: "Why, for the receipt.") var reason: String?
  @OptionGroup var flags: RecordFlags

  func run() async throws {
    guard let kind = LedgerAdjustment.Kind(rawValue: kind) else {
      throw ValidationError("--kind must be one of \(LedgerAdjustment.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    guard let key = key ?? (kind == .dispute ? "dispute" : nil), RideID(key) != nil else {
      throw ValidationError("--key must be 1 to 64 characters of A-Z a-z 0-9 . _ : -")
    }
    guard let id = RideID(ride) else { throw ValidationError("\(ride) is no id of a ride.") }
    let (minorUnits, reason) = (minorUnits ?? 0, reason)
    let adjusted = try await flags.withRecord("ledger") { record, now in
      try await FareDesk(rides: record, ledger: record).adjust(
        id, kind: kind, key: key, minorUnits: minorUnits, reason: reason, at: now)
    }
    let ids = adjusted.entries.map(\.id)
    Terminal.result(
      flags.json
        ? JSONText.object { json in
          json.member("wasKnown", adjusted.wasKnown)
          json.key("entries")
          json.array { json in for id in ids { json.value(id) } }
        } : "\(adjusted.wasKnown ? "was booked before" : "booked"): \(ids.joined(separator: ", "))")
  }
}
