import Arrays
import Mixtures
import RealModule
import Schedules
import TestSupport
import Testing

private struct Reference: Decodable {
  struct Gaussian: Decodable {
    let c, lower, upper, value: Double
    let dimension: Int
  }
  let gaussian: [Gaussian]
  let mixture: FixtureMixture
  let c: Double
  let data, noise, bridge, shares, start, startParts, coarse, fine, eight: [Double]
  let passes: Int
  let coarseValue, fineValue: Double
}

private func isotropic(_ c: Double, _ d: Int) throws -> GaussianMixture {
  try GaussianMixture(
    weights: [1], means: Matrix(rows: 1, columns: d), covariances: .spherical([c * c]))
}

/// SciPy's quadrature of the closed form, against the estimate within its own standard error.
@Test func klubOfAGaussianIsItsIntegral() throws {
  for g in try fixture("klub", as: Reference.self).gaussian {
    let density = ImportanceDensity(lower: g.lower, upper: g.upper, variance: g.c * g.c)
    let closed = .pow(g.c, 4) * Double(g.dimension) * density.total
    #expect(agrees(closed, g.value, relative: 1e-9), "\(g.lower) to \(g.upper)")
    let parts = try (0..<16 as Range<UInt64>).map { seed in
      // Another c than the data's keeps the estimate right and makes the weights work.
      KLUBEstimator(
        try isotropic(g.c, g.dimension), samples: 256, from: RandomStream(seed: seed),
        variance: 1.44 * g.c * g.c
      ).interval(from: g.lower, to: g.upper)
    }
    let mean = SampleMean(parts)
    #expect(abs(mean.deviation(from: g.value)) < 5, "\(g.lower) to \(g.upper)")
    #expect(mean.standardError < 0.1 * g.value)
  }
}

/// Estimates, search and subdivisions in NumPy, on the same random numbers.
@Test func klubSearchAgreesWithThePublishedProcedure() throws {
  let r = try fixture("klub", as: Reference.self)
  let estimator = KLUBEstimator(
    try r.mixture.make(), data: r.mixture.rows(r.data), noise: r.mixture.rows(r.noise),
    bridge: r.mixture.rows(r.bridge), shares: r.shares, variance: r.c * r.c)
  for (k, part) in r.startParts.enumerated() {
    #expect(
      agrees(estimator.interval(from: r.start[k + 1], to: r.start[k]), part, relative: 1e-7))
  }
  var search = KLUBSearch { estimator.interval(from: $0, to: $1) }
  let start = polynomialLevels(11, from: 80, to: 0.002, rho: 7)
  let passes = Passes()
  let coarse = search.run(start, patience: 0, error: nil) { pass, _ in passes.count = pass }
  // The last passes move levels by rounding alone, so both end near the same pass, not at it.
  #expect(abs(passes.count - r.passes) <= 5 && search.judgements == 0)
  for (a, b) in zip(coarse, r.coarse) { #expect(agrees(a, b, relative: 1e-9)) }
  #expect(search.total(coarse) <= r.coarseValue * (1 + 1e-7))
  let fine = search.subdivide(search.subdivide(coarse))
  #expect(fine.count == 41)
  for (a, b) in zip(fine, r.fine) { #expect(agrees(a, b, relative: 1e-9)) }
  #expect(agrees(search.total(fine), r.fineValue, relative: 1e-7))
  for (a, b) in zip(logLinearLevels(fine, count: 8), r.eight) {
    #expect(agrees(a, b, relative: 1e-9))
  }
}

private final class Passes { var count = 0 }

/// y = (W + √(W² + c²Wk))/k, k = 1 + (W + c²)/A, in squared levels A < y < W (derived).
@Test func aGaussiansBestLevelsFollowTheRecurrence() {
  let (c2, high, low) = (0.25, 80.0, 0.002)
  func part(_ lower: Double, _ upper: Double) -> Double {
    ImportanceDensity(lower: lower, upper: upper, variance: c2).total
  }
  func best(_ lower: Double, _ upper: Double) -> Double {
    let (a, w) = (lower * lower, upper * upper)
    let k = 1 + (w + c2) / a
    return ((w + (w * w + c2 * w * k).squareRoot()) / k).squareRoot()
  }
  // The recurrence is the minimum of its two intervals.
  for (lower, upper) in [(0.002, 0.1), (0.1, 1), (0.5, 80)] {
    let t = best(lower, upper)
    let value = part(lower, t) + part(t, upper)
    for factor in [0.99, 1.01] {
      #expect(part(lower, t * factor) + part(t * factor, upper) > value)
    }
  }
  // Iterated, it gives the minimum over all levels; a search over 11 places comes near it.
  var levels = polynomialLevels(11, from: high, to: low, rho: 7)
  for _ in 0..<2000 {
    for i in 1..<10 { levels[i] = best(levels[i + 1], levels[i - 1]) }
  }
  var search = KLUBSearch(part)
  let least = search.total(levels)
  let found = search.run(
    polynomialLevels(11, from: high, to: low, rho: 7), patience: 0, error: nil)
  #expect(search.total(found) >= least && search.total(found) < 1.1 * least)
}

@Test func importanceQuantilesInvertTheMass() {
  for (lower, upper, c2) in [(0.002, 0.003, 0.25), (0.002, 80, 0.25), (60, 700, 1e-3), (1, 2, 9)] {
    let density = ImportanceDensity(lower: lower, upper: upper, variance: c2)
    for q in [1e-6, 0.1, 0.5, 0.9, 1 - 1e-6] {
      let t = density.quantile(q)
      #expect(t >= lower && t <= upper)
      #expect(agrees(density.mass(above: t) / density.total, q, relative: 1e-6, absolute: 1e-9))
    }
  }
}

/// The levels of least error are kept, and the search ends after so many passes without gain.
@Test func theEarlyStopKeepsTheBestLevels() {
  func part(_ lower: Double, _ upper: Double) -> Double {
    ImportanceDensity(lower: lower, upper: upper, variance: 0.25).total
  }
  let start = polynomialLevels(11, from: 80, to: 0.002, rho: 7)
  for patience in [1, 3] {
    var (calls, seen) = (0, [[Double]]())
    var search = KLUBSearch(part)
    let kept = withoutActuallyEscaping({ (levels: [Double]) -> Double in
      calls += 1
      seen.append(levels)
      // Lowest at the third call.
      return abs(Double(calls) - 3)
    }) { search.run(start, patience: patience, error: $0) }
    #expect(kept == seen[2] && calls == 3 + patience && search.judgements == calls)
    #expect(seen[0] == start)
  }
}
