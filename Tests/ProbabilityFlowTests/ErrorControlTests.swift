import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

/// Actual error of each sample at a tolerance, held against a far stricter transport.
private struct Measured {
  let errors: [Double]
  let transport: Transport

  init(
    _ c: RandomCase, _ x: Matrix<Double>, tolerance: Double, exact: Matrix<Double>,
    estimatingErrors: Bool = true
  ) {
    transport = Teacher(ProbabilityFlow(c.mixture, c.process), tolerance: tolerance)
      .transport(x, from: c.process.horizon, to: 0, estimatingErrors: estimatingErrors)
    let states = transport.states
    errors = (0..<x.rows).map { distance(states[row: $0], exact[row: $0]) }
  }
}

private func exactStates(_ c: RandomCase, _ x: Matrix<Double>) -> Matrix<Double> {
  Teacher(ProbabilityFlow(c.mixture, c.process), tolerance: 1e-14)
    .transport(x, from: c.process.horizon, to: 0).states
}

/// The estimate is not a bound, but it must not mislead.
///
/// Near a basin boundary at a loose tolerance the linearised flow understates what becomes of an
/// error. It must still tell the truth about nearly every sample, and about all of them at the
/// default tolerance and below.
@Test(arguments: [1e-3, 1e-5, 1e-8, 1e-10])
func theReportedErrorIsHonest(_ tolerance: Double) throws {
  // Samples, those above their estimate, those above ten times of it.
  var (samples, above, farAbove) = (0, 0, 0)
  for type in CovarianceType.allCases {
    for seed in 0..<12 {
      let c = try RandomCase(seed, type)
      let x = c.sample(60, at: c.process.horizon)
      let measured = Measured(c, x, tolerance: tolerance, exact: exactStates(c, x))
      for (error, estimate) in zip(measured.errors, measured.transport.errorEstimates) {
        samples += 1
        // 1e-11: what rounding leaves of the strict transport.
        above += error > estimate + 1e-11 ? 1 : 0
        farAbove += error > 10 * estimate + 1e-11 ? 1 : 0
      }
    }
  }
  let loose = tolerance > 1e-8
  #expect(Double(above) <= (loose ? 0.05 : 0.001) * Double(samples), "\(above) of \(samples)")
  #expect(Double(farAbove) <= (loose ? 0.005 : 0) * Double(samples), "\(farAbove) of \(samples)")
}

/// Errors fall with the tolerance, and the cost grows like its power −1/8.
@Test(arguments: CovarianceType.allCases)
func errorsFollowTheTolerance(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try RandomCase(seed, type)
    let x = c.sample(40, at: c.process.horizon)
    let exact = exactStates(c, x)
    let tolerances = [1e-3, 1e-5, 1e-7, 1e-9]
    let runs = tolerances.map { Measured(c, x, tolerance: $0, exact: exact) }
    for (tolerance, run) in zip(tolerances, runs) {
      let typical = run.errors.sorted()[20]
      #expect(typical <= 10 * tolerance, "\(type), seed \(seed), \(tolerance): \(typical)")
      #expect(run.transport.outcome == .reached)
    }
    // Where there is something to integrate at all.
    guard runs[0].transport.evaluationsPerSample > 60 else { continue }
    let growth = runs[3].transport.evaluationsPerSample / runs[0].transport.evaluationsPerSample
    #expect(growth > 1.5 && growth < 1.5 * .pow(1e6, 0.125), "\(type), seed \(seed): \(growth)")
  }
}

/// Without estimates the same holds for less.
@Test(arguments: CovarianceType.allCases)
func errorsFollowTheToleranceWithoutEstimates(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try RandomCase(seed, type)
    let x = c.sample(40, at: c.process.horizon)
    let exact = exactStates(c, x)
    for tolerance in [1e-3, 1e-4, 1e-5, 1e-6, 1e-8] {
      let run = Measured(c, x, tolerance: tolerance, exact: exact, estimatingErrors: false)
      let typical = run.errors.sorted()[20]
      #expect(typical <= 10 * tolerance, "\(type), seed \(seed), \(tolerance): \(typical)")
      #expect(run.transport.outcome == .reached && run.transport.errorEstimates.isEmpty)
      let full = Measured(c, x, tolerance: tolerance, exact: exact).transport
      #expect(run.transport.evaluations <= full.evaluations)
    }
  }
}

@Test(arguments: CovarianceType.allCases)
func theStepLimitIsReported(_ type: CovarianceType) throws {
  let c = try RandomCase(1, type)
  let flow = ProbabilityFlow(c.mixture, c.process)
  let x = c.sample(7, at: c.process.horizon)
  let result = Teacher(flow, tolerance: 1e-12, stepLimit: 3)
    .transport(x, from: c.process.horizon, to: 0)
  #expect(result.outcome == .unfinished(rows: Array(0..<7)))
  #expect(result.states.isFinite)
  let error = #expect(throws: FlowError.self) { _ = try result.orThrow() }
  #expect(error == .unfinished(count: 7, first: 0, total: 7))
  #expect(error?.description.contains("7 of 7") == true)
}

/// Input that cannot be carried is named, costs little and leaves the other rows as they were.
@Test(arguments: CovarianceType.allCases)
func hopelessRowsAreReported(_ type: CovarianceType) throws {
  let c = try RandomCase(1, type)
  let flow = ProbabilityFlow(c.mixture, c.process)
  let (teacher, horizon) = (Teacher(flow, stepLimit: 2000), c.process.horizon)
  let good = c.sample(6, at: horizon)
  let expected = teacher.transport(good, from: horizon, to: 0)
  for bad in [Double.nan, .infinity, -.infinity, 1e300] {
    var x = Matrix<Double>(
      rows: 7, columns: good.columns,
      elements: good.elements + Array(repeating: 0, count: good.columns))
    for a in 0..<good.columns { x[6, a] = x[3, a] }
    x[3, 0] = bad
    let result = teacher.transport(x, from: horizon, to: 0)
    #expect(result.outcome == .unfinished(rows: [3]), "\(type), \(bad)")
    for (row, source) in [(0, 0), (1, 1), (2, 2), (4, 4), (5, 5), (6, 3)] {
      #expect(
        result.states[row: row].elementsEqual(expected.states[row: source]),
        "\(type), \(bad) changed row \(row)")
    }
  }
}

/// Large, but within reach of squares: carried, and right where the flow is that of one component.
@Test func farStatesAreCarried() throws {
  let process = try OrnsteinUhlenbeck()
  let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.25), process)
  let result = Teacher(flow, tolerance: 1e-10).transport(Matrix([[1e8], [-1e8]]), from: 1, to: 0)
  #expect(result.outcome == .reached)
  let alpha = process.alpha(1)
  let scale = 0.5 / (0.25 * alpha * alpha + process.sigmaSquared(1)).squareRoot()
  #expect(agrees(result.states[0, 0], 1 + scale * (1e8 - alpha), relative: 1e-9))
  #expect(agrees(result.states[1, 0], -1 - scale * (1e8 - alpha), relative: 1e-9))
}

/// A tolerance that rounding cannot meet must end all the same.
@Test func anImpossibleToleranceEnds() throws {
  let c = try RandomCase(1, .full)
  let teacher = Teacher(
    ProbabilityFlow(c.mixture, c.process), tolerance: 1e-30, stepLimit: 500)
  let x = c.sample(2, at: c.process.horizon)
  let result = teacher.transport(x, from: c.process.horizon, to: 0)
  #expect(result.outcome == .unfinished(rows: [0, 1]))
}

@Test func standingStillAndNothingAreExact() throws {
  let c = try RandomCase(4, .tied)
  let teacher = Teacher(ProbabilityFlow(c.mixture, c.process))
  let x = c.sample(3, at: 0.2)
  let still = teacher.transport(x, from: 0.2, to: 0.2)
  #expect(still.states == x && still.evaluations == 0 && still.outcome == .reached)
  let none = teacher.transport(Matrix(rows: 0, columns: x.columns), from: 0.2, to: 0)
  #expect(none.states.rows == 0 && none.outcome == .reached && none.evaluationsPerSample == 0)
}
