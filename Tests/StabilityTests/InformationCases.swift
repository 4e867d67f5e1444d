import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport

/// Rectified flow's path α = 1 − t, σ = t: α vanishes at the horizon.
struct StraightPath: ForwardProcess {
  let name = "straight"
  let parameters: [(name: String, value: Double)] = []
  let horizon = 1.0
  func alpha(_ t: Double) -> Double { 1 - t }
  func sigmaSquared(_ t: Double) -> Double { t * t }
  func alphaDerivative(_ t: Double) -> Double { -1 }
  func sigmaSquaredDerivative(_ t: Double) -> Double { 2 * t }
}

/// A variance-exploding path α = 1, σ = t.
struct GrowingNoise: ForwardProcess {
  let name = "growing"
  let parameters: [(name: String, value: Double)] = []
  let horizon = 20.0
  func alpha(_ t: Double) -> Double { 1 }
  func sigmaSquared(_ t: Double) -> Double { t * t }
  func alphaDerivative(_ t: Double) -> Double { 0 }
  func sigmaSquaredDerivative(_ t: Double) -> Double { 2 * t }
}

/// A random mixture of one covariance type under one of three kinds of process.
struct InformationCase: CustomStringConvertible {
  let flow: ProbabilityFlow
  let stream: RandomStream
  let description: String

  init(_ seed: Int, _ type: CovarianceType) throws {
    let base = try RandomCase(seed, type)
    let processes: [any ForwardProcess] = [base.process, StraightPath(), GrowingNoise()]
    let process = processes[seed % 3]
    flow = ProbabilityFlow(base.mixture, process)
    stream = base.stream
    description = "\(type.rawValue) \(seed), \(process.name)"
  }

  /// `count` cases that differ in type, process and shape.
  static func all(_ count: Int) throws -> [InformationCase] {
    let types = CovarianceType.allCases
    return try (0..<count).map { try InformationCase($0, types[$0 % types.count]) }
  }
}

/// I_t = H(w) − E H(γ(X_t)) by sampling, responsibilities by the naive twin.
func measuredInformation(
  _ flow: ProbabilityFlow, at t: Double, count: Int, _ stream: RandomStream
) -> SampleMean {
  let marginal = flow.marginal(at: t)
  let twin = NaiveMarginal(
    flow.mixture, alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
  let x = marginal.sample(count, from: stream)
  func entropy(_ p: [Double]) -> Double { -p.reduce(0) { $0 + ($1 > 0 ? $1 * .log($1) : 0) } }
  let total = entropy(flow.mixture.weights)
  return SampleMean(
    (0..<count).map { total - entropy(twin.evaluate(Array(x[row: $0])).responsibilities) })
}

/// log ‖DΦ_{s←t}‖ at each row of x by central differences of the teacher.
func logAmplifications(
  _ flow: ProbabilityFlow, _ x: Matrix<Double>, from t: Double, to s: Double,
  tolerance: Double = 1e-12, step h: Double = 1e-5
) -> [Double] {
  let teacher = Teacher(flow, tolerance: tolerance)
  let (d, count) = (flow.mixture.dimension, x.rows)
  let columns = (0..<d).map { a in
    func moved(_ offset: Double) -> Matrix<Double> {
      var result = x
      for i in 0..<count { result[i, a] += offset }
      return teacher.transport(result, from: t, to: s).states
    }
    let (up, down) = (moved(h), moved(-h))
    return zip(up.elements, down.elements).map { ($0 - $1) / (2 * h) }
  }
  return (0..<count).map { i in
    var gram = Matrix<Double>(rows: d, columns: d)
    for a in 0..<d {
      for b in 0..<d {
        gram[a, b] = (0..<d).reduce(0) {
          $0 + columns[a][i * d + $1] * columns[b][i * d + $1]
        }
      }
    }
    return 0.5 * .log(SymmetricEigen(gram)?.values[d - 1] ?? .nan)
  }
}
