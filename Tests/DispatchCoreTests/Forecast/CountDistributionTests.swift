import Testing

@testable import DispatchCore

@Suite("Distributions of counts")
struct CountDistributionTests {
  /// Summed up term by term with logarithms of the gamma function.
  @Test(
    "Poisson quantiles",
    arguments: [
      (0.05, [0, 0, 0, 2]), (0.5, [0, 0, 2, 4]), (1.0, [0, 1, 3, 5]), (3.7, [1, 4, 7, 11]), (10.0, [5, 10, 15, 21]),
      (100.0, [84, 100, 117, 132]), (299.0, [271, 299, 328, 354]),
    ])
  func poisson(mean: Double, expected: [Int]) {
    let distribution = NegativeBinomial(mean: mean, overdispersion: 0)
    #expect([0.05, 0.5, 0.95, 0.999].map(distribution.quantile) == expected)
  }

  @Test(
    "Negative binomial quantiles",
    arguments: [
      (1.0, 0.1, [0, 1, 3, 6]), (5.0, 0.2, [1, 4, 11, 19]), (20.0, 0.5, [3, 17, 49, 96]),
      (100.0, 0.05, [63, 98, 143, 192]),
      (250.0, 0.01, [203, 249, 300, 350]),
    ])
  func negativeBinomial(mean: Double, overdispersion: Double, expected: [Int]) {
    let distribution = NegativeBinomial(mean: mean, overdispersion: overdispersion)
    #expect([0.05, 0.5, 0.95, 0.999].map(distribution.quantile) == expected)
  }

  @Test(
    "Large means are approximated to within one of a hundred",
    arguments: [
      (400.0, 0.01, [329, 399, 476]), (1_000.0, 0.0, [948, 1_000, 1_052]), (1_000.0, 0.004, [886, 999, 1_119]),
    ])
  func large(mean: Double, overdispersion: Double, exact: [Int]) {
    let found = [0.05, 0.5, 0.95].map(NegativeBinomial(mean: mean, overdispersion: overdispersion).quantile)
    for (found, exact) in zip(found, exact) { #expect(abs(found - exact) <= Int(mean * 0.01)) }
  }

  @Test("More scatter makes wider intervals, and nothing traps")
  func edges() {
    let widths = [0.0, 0.05, 0.5, 5.0].map { NegativeBinomial(mean: 10, overdispersion: $0).quantile(0.95) }
    #expect(widths == widths.sorted() && widths[0] < widths[3])
    for mean in [-1.0, 0.0, 1e-300, Double.nan, .infinity, 1e300] {
      for overdispersion in [-1.0, 0.0, 1e-12, 1e9, Double.nan] {
        let distribution = NegativeBinomial(mean: mean, overdispersion: overdispersion)
        for probability in [0.0, 0.5, 0.999_999] { #expect(distribution.quantile(probability) >= 0) }
      }
    }
    #expect(abs(NegativeBinomial.normalQuantile(0.975) - 1.959_963_985) < 1e-8)
  }

  @Test("The chances of at least 1, 2, 3 requests")
  func tails() {
    let tails = Poisson.tails(mean: 2, downTo: 0.3, limit: 9)
    #expect(tails.count == 3)
    for (found, expected) in zip(tails, [0.864_664_717, 0.593_994_150, 0.323_323_584]) {
      #expect(abs(found - expected) < 1e-8)
    }
    #expect(Poisson.tails(mean: 2, downTo: 0, limit: 5).count == 5)
    #expect(
      Poisson.tails(mean: 0, downTo: 0, limit: 5).isEmpty && Poisson.tails(mean: .nan, downTo: 0, limit: 5).isEmpty)
    // The approximation of large means goes on where the sum ends.
    let (exact, normal) = (
      Poisson.tails(mean: 499, downTo: 0, limit: 520), Poisson.tails(mean: 501, downTo: 0, limit: 520)
    )
    #expect(abs(exact[499] - 0.5) < 0.02 && abs(normal[501] - 0.5) < 0.02)
    #expect(zip(normal, normal.dropFirst()).allSatisfy { $0 >= $1 })
  }
}
