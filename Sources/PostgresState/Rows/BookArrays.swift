internal import DispatchCore
internal import PostgresClient

/// Settlements as the last arrays of `apply_commits`: charges, their lines, ledger entries and their postings.
struct BookArrays {
  private var chargeSteps: [Int64?] = []
  private var chargeRides: [String?] = []
  private var chargeCurrencies: [String?] = []
  private var payouts: [Int64?] = []
  private var commissions: [Int64?] = []
  private var firstLines: [Int64?] = []
  private var lastLines: [Int64?] = []
  private var lineNames: [String?] = []
  private var lineAmounts: [Int64?] = []
  private var lineDetails: [String?] = []
  private var entrySteps: [Int64?] = []
  private var entries: [String?] = []
  private var entryRides: [String?] = []
  private var purposes: [String?] = []
  private var entryTimes: [Int64?] = []
  private var entryCurrencies: [String?] = []
  private var postingSteps: [Int64?] = []
  private var postingEntries: [String?] = []
  private var postingCurrencies: [String?] = []
  private var accounts: [String?] = []
  private var amounts: [Int64?] = []
  private var reasons: [String?] = []
  private var reversed: [String?] = []

  mutating func append(_ settlement: Settlement, step: Int64) {
    chargeSteps.append(step)
    chargeRides.append(settlement.ride.text)
    chargeCurrencies.append(settlement.charge.currency.code)
    payouts.append(settlement.payoutMinorUnits)
    commissions.append(settlement.commissionMinorUnits)
    firstLines.append(Int64(lineNames.count + 1))
    for line in settlement.charge.lines {
      lineNames.append(line.name)
      lineAmounts.append(line.minorUnits)
      lineDetails.append(line.detail)
    }
    lastLines.append(Int64(lineNames.count))
    for entry in settlement.entries { append(entry, step: step) }
  }

  mutating func append(_ entry: LedgerEntry, step: Int64) {
    entrySteps.append(step)
    entries.append(entry.id)
    entryRides.append(entry.ride?.text)
    purposes.append(entry.purpose.rawValue)
    entryTimes.append(entry.time.unixMilliseconds)
    entryCurrencies.append(entry.currency.code)
    reasons.append(entry.reason)
    reversed.append(entry.reverses)
    for posting in entry.postings {
      postingSteps.append(step)
      postingEntries.append(entry.id)
      postingCurrencies.append(entry.currency.code)
      accounts.append(posting.account.description)
      amounts.append(posting.minorUnits)
    }
  }

  var parameters: [PostgresValue] {
    [
      .ints(chargeSteps), .texts(chargeRides), .texts(chargeCurrencies), .ints(payouts), .ints(commissions),
      .ints(firstLines), .ints(lastLines), .texts(lineNames), .ints(lineAmounts), .texts(lineDetails),
      .ints(entrySteps), .texts(entries),
      .texts(entryRides), .texts(purposes), .ints(entryTimes), .texts(entryCurrencies), .ints(postingSteps),
      .texts(postingEntries), .texts(postingCurrencies), .texts(accounts), .ints(amounts),
    ]
  }

  /// What `post_entries` takes besides.
  var entryRemarks: [PostgresValue] { [.texts(reasons), .texts(reversed)] }
}
