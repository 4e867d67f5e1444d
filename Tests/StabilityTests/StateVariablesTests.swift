import Arrays
import Formats
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

private func process(_ index: Int) throws -> any ForwardProcess {
  let type = ProcessCatalog.all[index]
  return try type.init(
    parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon)
}

/// A time at which no process is at either end of its scales.
private func middleTime(_ process: any ForwardProcess) throws -> Double {
  try #require(process.time(atNoiseLevel: 0.6))
}

/// ∇_z ż = ∇v + (log κ)' I: the extreme eigenvalues against difference quotients of ż in z = κx itself.
@Test(arguments: ProcessCatalog.all.indices, StateVariables.allCases)
func eigenvaluesAreThoseOfTheRescaledFlow(index: Int, state: StateVariables) throws {
  for (seed, type) in CovarianceType.allCases.enumerated() {
    let flow = ProbabilityFlow(try RandomCase(seed + 3, type).mixture, try process(index))
    let (t, d) = (try middleTime(flow.process), flow.mixture.dimension)
    let x = flow.marginal(at: t).sample(3, from: RandomStream(seed: UInt64(seed)))
    let found = VelocitySpectrum(flow, state: state).extremes(x, at: t)
    let scale = Double.exp(state.logScale(flow.process, at: t))
    let growth = state.logScaleDerivative(flow.process, at: t)
    // ż = κ'x + κv at x = z/κ.
    func velocity(_ z: Matrix<Double>) -> Matrix<Double> {
      var x = z
      for i in x.elements.indices { x.elements[i] /= scale }
      var v = flow.velocity(x, at: t)
      for i in v.elements.indices { v.elements[i] = growth * z.elements[i] + scale * v.elements[i] }
      return v
    }
    for i in 0..<x.rows {
      let (h, z) = (1e-5, x[row: i].map { $0 * scale })
      var jacobian = Matrix<Double>(rows: d, columns: d)
      for a in 0..<d {
        var (up, down) = (z, z)
        up[a] += h
        down[a] -= h
        let v = velocity(Matrix([up, down]))
        for b in 0..<d { jacobian[a, b] = (v[0, b] - v[1, b]) / (2 * h) }
      }
      for a in 0..<d {
        for b in 0..<a {
          let mean = 0.5 * (jacobian[a, b] + jacobian[b, a])
          (jacobian[a, b], jacobian[b, a]) = (mean, mean)
        }
      }
      let values = try #require(SymmetricEigen.values(jacobian))
      let slack = 1e-6 * (1 + norm(values))
      #expect(abs(found.smallest[i] - values[0]) < slack, "\(type) \(flow.process.name)")
      #expect(abs(found.largest[i] - values[d - 1]) < slack, "\(type) \(flow.process.name)")
    }
  }
}

/// log ‖DΦ‖ in z is the norm of difference quotients of the flow map from z to z.
@Test(arguments: StateVariables.allCases)
func amplificationIsThatOfTheRescaledFlowMap(state: StateVariables) throws {
  for index in ProcessCatalog.all.indices {
    let flow = ProbabilityFlow(
      try twoModes(at: 1.1, variance: 0.3, dimension: 1), try process(index))
    let (from, to) = (try middleTime(flow.process), 0.0)
    let stream = RandomStream(seed: 5)
    let measured = try MeasuredAmplification(
      flow, from: from, to: to, trajectories: 4, state: state, stream: stream)
    let x = flow.marginal(at: from).sample(4, from: stream)
    let h = 1e-5
    var ends = Matrix<Double>(rows: 8, columns: 1)
    for i in 0..<4 { (ends[2 * i, 0], ends[2 * i + 1, 0]) = (x[i, 0] - h, x[i, 0] + h) }
    let y = try Teacher(flow, tolerance: 1e-11).transport(ends, from: from, to: to).orThrow()
    let ratio = Double.exp(
      state.logScale(flow.process, at: to) - state.logScale(flow.process, at: from))
    let slopes = (0..<4).map {
      Double.log(ratio * (y.states[2 * $0 + 1, 0] - y.states[2 * $0, 0]) / (2 * h))
    }.sorted()
    for (one, two) in zip(measured.logNorms, slopes) {
      #expect(abs(one - two) < 1e-4, "\(flow.process.name)")
    }
  }
}

/// Every certificate bounds what it says it does, in all state variables and processes.
@Test(arguments: StateVariables.allCases)
func certificatesHoldInTheirVariables(state: StateVariables) throws {
  for index in ProcessCatalog.all.indices where state.reason(try process(index)) == nil {
    let flow = ProbabilityFlow(
      try twoModes(at: 1.5, variance: 0.2, dimension: 2), try process(index))
    let times = flow.surveyTimes()
    let summary = StabilitySummary(flow, times: times, state: state)
    let measured = try MeasuredStability(
      flow, times: times, state: state, samples: 60, seed: 1)
    let mean = measured.amplification.mean
    #expect(mean.value <= summary.typicalLogAmplification + 3 * mean.standardError)
    #expect(measured.amplification.largest <= summary.oneSidedLogAmplification + 1e-6)
    let high = try #require(summary.highProbability)
    #expect(measured.amplification.quantile(0.9).value <= high.logAmplification)
    for i in times.indices {
      let slack = 1e-9 * (1 + summary.twoSided[i])
      #expect(measured.norm.largest[i] <= summary.sharpTwoSided[i] + slack, "\(flow.process.name)")
      #expect(summary.sharpTwoSided[i] <= summary.twoSided[i] + slack)
      #expect(measured.samplingRate.largest[i] <= summary.oneSided[i] + slack)
    }
    #expect(measured.norm.integral.value <= summary.sharpCumulativeHorizon * (1 + 1e-6) + 1e-9)
  }
}

/// Trajectories keep below the certificate from their two ends' densities, whatever the variables.
@Test(arguments: StateVariables.allCases)
func trajectoriesKeepBelowTheirCertificate(state: StateVariables) throws {
  let flow = ProbabilityFlow(
    try twoModes(at: 1.5, variance: 0.2, dimension: 2), try VarianceExploding(horizon: 20))
  let x = flow.marginal(at: 20).sample(50, from: RandomStream(seed: 2))
  let y = try Teacher(flow, tolerance: 1e-10).transport(x, from: 20, to: 0).orThrow().states
  let shift = state.logScaleRatio(flow.process, from: 20, to: 0)
  let logs = TangentFlow(flow).amplification(at: x, from: 20, to: 0).logNorms.map { $0 + shift }
  let information = InformationCertificate(flow)
  let bounds = information.trajectoryLogAmplification(x, at: 20, to: y, at: 0, state: state)
  for (log, bound) in zip(logs, bounds) { #expect(log <= bound + 1e-6) }
  let offset = StabilitySummary(flow, times: [0], state: state).trajectoryOffset
  let (before, after) = (
    flow.marginal(at: 20).logDensity(x), flow.marginal(at: 0).logDensity(y)
  )
  for i in 0..<x.rows { #expect(abs(before[i] - after[i] + offset - bounds[i]) < 1e-9) }
}

/// x/α is infinite where α = 0: so are bounds from there, with a reason, and nothing is NaN.
@Test func infiniteVariablesHaveInfiniteBounds() throws {
  let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.2), try RectifiedFlow(horizon: 1))
  let summary = StabilitySummary(flow, times: [0, 0.5, 1], state: .edm)
  #expect(summary.reason?.contains("alpha = 0") == true)
  #expect(summary.typicalLogAmplification == .infinity)
  #expect(summary.highProbability?.logAmplification == .infinity)
  #expect(summary.twoSided[2] == .infinity && summary.twoSided[1].isFinite)
  #expect(summary.cumulativeHorizon == .infinity && summary.cumulative[1].isFinite)
  #expect(summary.json.text().contains("\"reason\""))
  let short = ProbabilityFlow(flow.mixture, try RectifiedFlow(horizon: 0.99))
  #expect(StabilitySummary(short, times: [0], state: .edm).reason == nil)
}
