import DispatchAPI
import DispatchCore
import Testing

@Suite("RFC 3339")
struct RFC3339Tests {
  @Test("Moments of the domain are written in UTC with milliseconds, and read with any offset")
  func moments() {
    let time = Timestamp(unixMilliseconds: 1_212_796_800_250)
    #expect(RFC3339.text(time) == "2008-06-07T00:00:00.250Z")
    #expect(RFC3339.time("2008-06-06T17:00:00.25-07:00") == time)
    #expect(RFC3339.time("2008-06-07") == nil)
  }
}
