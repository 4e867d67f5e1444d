import Arrays
import Formats
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// A flow with samples of p_T and their images, on which M-Lipschitz maps are built and judged.
private struct Contest {
  let flow: ProbabilityFlow
  let training: (x: Matrix<Double>, y: Matrix<Double>)
  let fresh: (x: Matrix<Double>, y: Matrix<Double>)
  /// From fresh to training arguments.
  private let distances: Matrix<Double>

  init(_ seed: Int) throws {
    let types = CovarianceType.allCases
    let c = try RandomCase(seed, types[seed % types.count])
    // Modes that stand apart: a contest in which the flow is tame shows little.
    var means = c.mixture.means
    for i in means.elements.indices { means.elements[i] *= 2 }
    let mixture = try GaussianMixture(
      weights: c.mixture.weights, means: means, covariances: c.mixture.covariances)
    flow = ProbabilityFlow(mixture, c.process)
    let stream = c.stream
    let whole = flow.marginal(at: c.process.horizon).sample(1200, from: stream.substream("contest"))
    let image = try Teacher(flow, tolerance: 1e-7)
      .transport(whole, from: c.process.horizon, to: 0).orThrow().states
    training = (whole.rowBlock(0..<200), image.rowBlock(0..<200))
    fresh = (whole.rowBlock(200..<1200), image.rowBlock(200..<1200))
    var squares = GaussianKernels.squaredDistances(fresh.x, training.x)
    for i in squares.elements.indices { squares.elements[i].formSquareRoot() }
    distances = squares
  }

  /// E‖Ψ − Φ‖² on fresh samples.
  func error(_ values: Matrix<Double>) -> SampleMean {
    SampleMean(
      (0..<values.rows).map { i in
        let e = distance(values[row: i], fresh.y[row: i])
        return e * e
      })
  }

  /// The mean of McShane's and Whitney's extensions of Φ on the training samples, by coordinates of
  /// slope M/√d: M-Lipschitz, and not far from Φ where there are many samples.
  func extended(_ budget: Double) -> Matrix<Double> {
    let d = fresh.x.columns
    let slope = budget / Double(d).squareRoot()
    var result = Matrix<Double>(rows: fresh.x.rows, columns: d)
    for i in 0..<fresh.x.rows {
      var low = [Double](repeating: .infinity, count: d)
      var high = [Double](repeating: -.infinity, count: d)
      for j in 0..<training.x.rows {
        let reach = slope * distances[i, j]
        for a in 0..<d {
          low[a] = min(low[a], training.y[j, a] + reach)
          high[a] = max(high[a], training.y[j, a] - reach)
        }
      }
      for a in 0..<d { result[i, a] = 0.5 * (low[a] + high[a]) }
    }
    return result
  }

  /// The best multiple of x − E x, at most M of it, about E y.
  func scaled(_ budget: Double) -> Matrix<Double> {
    let d = fresh.x.columns
    func mean(_ m: Matrix<Double>) -> [Double] {
      (0..<d).map { a in (0..<m.rows).reduce(0) { $0 + m[$1, a] } / Double(m.rows) }
    }
    let (centre, goal) = (mean(training.x), mean(training.y))
    var (above, below) = (0.0, 0.0)
    for i in 0..<training.x.rows {
      for a in 0..<d {
        above += (training.x[i, a] - centre[a]) * (training.y[i, a] - goal[a])
        below += (training.x[i, a] - centre[a]) * (training.x[i, a] - centre[a])
      }
    }
    let factor = min(budget, max(-budget, above / below))
    var result = fresh.x
    for i in 0..<result.rows {
      for a in 0..<d { result[i, a] = goal[a] + factor * (fresh.x[i, a] - centre[a]) }
    }
    return result
  }

  /// Φ at the point of the training set that is nearest, softened to the budget: a mean of the images
  /// weighted by a softmax of ⟨x, x_j⟩ with Lipschitz constant τ·D_xD_y/4 ≤ M.
  func softened(_ budget: Double) -> Matrix<Double> {
    let (x, y) = training
    func diameter(_ m: Matrix<Double>) -> Double {
      GaussianKernels.squaredDistances(m, m).elements.reduce(0, max).squareRoot()
    }
    let rate = 4 * budget / (diameter(x) * diameter(y))
    var result = Matrix<Double>(rows: fresh.x.rows, columns: x.columns)
    for i in 0..<fresh.x.rows {
      // −½‖x − x_j‖² differs from ⟨x, x_j⟩ − ½‖x_j‖² by a constant.
      let logits = (0..<x.rows).map { -0.5 * rate * distances[i, $0] * distances[i, $0] }
      let top = logits.reduce(-.infinity, max)
      let terms = logits.map { Double.exp($0 - top) }
      let sum = terms.reduce(0, +)
      for j in 0..<x.rows {
        for a in 0..<x.columns { result[i, a] += terms[j] / sum * y[j, a] }
      }
    }
    return result
  }
}

/// A quick computation: fewer batches cost sharpness, never soundness.
private func small(_ seed: UInt64 = 0) -> MismatchOptions {
  var options = MismatchOptions(samples: 512, batch: 32, seed: seed)
  options.teacherTolerance = 1e-5
  return options
}

/// On 20 mixtures of all covariances no M-Lipschitz map beats the bound, and the bound says something
/// often enough.
@Test func noLipschitzMapBeatsTheBound() throws {
  var (positive, strongest) = (0, 0.0)
  for seed in 0..<20 {
    let contest = try Contest(seed)
    for budget in [1.0, 2, 5, 10, 50] {
      let bound = try MismatchBound(
        contest.flow, from: contest.flow.process.horizon, to: 0, budget: budget, options: small())
      for map in [contest.extended, contest.scaled, contest.softened] {
        let error = contest.error(map(budget))
        #expect(
          error.value + 3.5 * error.standardError >= bound.meanSquare,
          "seed \(seed), M = \(budget): \(error.value) against \(bound.meanSquare)")
        strongest = max(strongest, bound.meanSquare / error.value)
      }
      if bound.meanSquare > 0 { positive += 1 }
    }
  }
  #expect(positive >= 40, "\(positive) of 100 bounds are positive")
  #expect(strongest > 0.3, "at most \(strongest) of a map's error")
}

/// A flow map that keeps the budget is reached without error, and the bound knows it.
@Test func tameFlowsHaveNoMismatch() throws {
  let flow = ProbabilityFlow(try twoModes(at: 0.3, variance: 1), try OrnsteinUhlenbeck())
  let exact = try MismatchBound(flow, from: 1, to: 0, budget: 1.2, options: small())
  #expect(exact.isCertifiedZero && exact.meanSquare == 0 && exact.families.isEmpty)
  // The certificate is attained at the midpoint, so a slightly smaller budget is too small.
  let limit = Double.exp(try #require(exact.certifiedLogLipschitz))
  let below = try MismatchBound(flow, from: 1, to: 0, budget: 0.9, options: small())
  #expect(!below.isCertifiedZero && below.meanSquare > 0)
  #expect(below.steepestQuotient <= limit * (1 + 1e-6))
  #expect(below.steepestQuotient > limit * 0.98)
}

/// The printed whole: budgets compound, the sufficient grid is certified segment by segment, and the
/// file says which number is what.
@Test func theSummaryCountsSteps() throws {
  let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.01), try OrnsteinUhlenbeck())
  let grid = try StabilityRule.grid(for: flow, segments: 3)
  let summary = try MismatchSummary(
    flow, budget: 3, grid: .init(rule: grid.rule, times: grid.times), options: small(4))
  #expect(summary.steps?.budget == 27 && summary.segments.count == 3)
  #expect(summary.oneStep.meanSquare > (summary.steps?.meanSquare ?? .infinity))
  #expect(summary.oneStepLoses)
  let n = try #require(summary.sufficientSteps)
  #expect(try #require(summary.necessarySteps) <= n)
  let bound = StabilityBound(flow)
  // log Lip ≤ ∫max(ℓ, 0), here by a fine sum.
  let layers = 200_000
  let total = (0..<layers).reduce(0.0) { sum, i in
    let (a, b) = (Double(i) / Double(layers), Double(i + 1) / Double(layers))
    return sum + max(0, bound.oneSided(0.5 * (a * a + b * b))) * (b * b - a * a)
  }
  #expect(Double(n) == (total / .log(3)).rounded(.up))
  let single = try MismatchSummary(flow, budget: 1, options: small())
  #expect(single.sufficientSteps == nil && single.necessarySteps == nil)
  #expect(single.reason?.contains("at most 1") == true && single.steps == nil)
  guard case .object(let object) = summary.json else {
    Issue.record("no object")
    return
  }
  #expect(object["kinds"] != nil && object["n_steps"] != nil)
}

/// The same seed gives the same bits, whatever the number of threads.
@Test func theBoundIsAFunctionOfItsSeed() throws {
  let flow = ProbabilityFlow(
    try twoModes(at: 1, variance: 0.01, dimension: 3), try OrnsteinUhlenbeck())
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  func bound(_ threads: Int, _ seed: UInt64) throws -> [MismatchFamily] {
    Parallel.threadCount = threads
    return try MismatchBound(flow, from: 1, to: 0, budget: 2, options: small(seed)).families
  }
  let first = try bound(1, 0)
  #expect(try bound(2, 0) == first)
  #expect(try bound(2, 1) != first)
  #expect(first.map(\.name) == ["lines", "clouds"])
}
