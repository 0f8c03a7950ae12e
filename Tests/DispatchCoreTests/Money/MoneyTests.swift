import DispatchCore
import Testing

@Suite("Money")
struct MoneyTests {
  @Test("A currency is three capital letters of ASCII")
  func codes() {
    for code in ["USD", "EUR", "JPY", "ZZZ", "AAA"] { #expect(Currency(code)?.code == code) }
    for code in ["", "US", "USDX", "usd", "US1", "U D", "ÜSD", "ＵＳＤ", "US\u{301}", "@AB", "[AB"] {
      #expect(Currency(code) == nil, "\(code)")
    }
    #expect(Currency("USD") == .usd)
    #expect(Currency.usd.description == "USD")
  }

  @Test("Amounts of different currencies differ")
  func amounts() throws {
    let euro = try #require(Currency("EUR"))
    #expect(Money(minorUnits: 1, currency: .usd) != Money(minorUnits: 1, currency: euro))
    #expect(Money(minorUnits: 1, currency: .usd) == Money(minorUnits: 1, currency: .usd))
  }
}
