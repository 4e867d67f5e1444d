import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule
public import Stability

/// The stability of a learned flow by Jacobian-vector products along its trajectories.
///
/// All numbers are estimates, in the process's own state. A learned field has no certificates.
public struct LearnedStability: Sendable {
  /// The times t.
  public let times: [Double]
  /// √E‖∇v u‖² at each time, u uniform on the unit sphere: the root mean square over directions,
  /// ‖∇v‖_F/√d; nil at t = 0, where a field that is not exact has none.
  public let rates: [Estimate?]
  /// √E‖DΦ_{0←t} u‖² for each time: what becomes of an error in a random direction; empty if only
  /// rates were asked for.
  public let amplifications: [Estimate]
  /// E log ‖DΦ_{0←T}‖, the spectral norm; nil above dimension 128 or if only rates were asked for.
  public let logNorm: Estimate?
  /// Trajectories.
  public let sampleCount: Int
  /// Directions at each.
  public let directionCount: Int

  private static let largestWhole = 128
  private static let tolerance = 1e-5

  /// Follows `count` trajectories from T, with so many random directions at each of the times.
  ///
  /// - Parameter ratesOnly: whether to leave out what becomes of directions along the flow.
  /// - Throws: `FlowError.unfinished` if a trajectory cannot be followed.
  public init(
    _ flow: LearnedFlow, times: [Double], samples count: Int, directions: Int = 4, seed: UInt64,
    ratesOnly: Bool = false
  ) throws(FlowError) {
    precondition(count > 0 && directions > 0, "\(count) samples, \(directions) directions")
    let stream = RandomStream(seed: seed).substream("learned-stability")
    let (d, horizon) = (flow.dimension, flow.process.horizon)
    let noise = try flow.sample(
      count, at: horizon, tolerance: Self.tolerance, from: stream.substream("noise"))
    // Down the trajectories, each time's states from those of the next later one.
    var states: [Double: Matrix<Double>] = [:]
    var (now, x) = (horizon, noise)
    for t in Set(times).sorted(by: >) {
      x = try flow.transport(x, from: now, to: t, tolerance: Self.tolerance).orThrow().states
      (now, states[t]) = (t, x)
    }
    var rates: [Estimate?] = []
    var amplifications: [Estimate] = []
    for (k, t) in times.enumerated() {
      let x = states[t] ?? noise
      let u = Self.directions(
        count, directions, d, stream.substream("directions").substream(UInt64(k)))
      rates.append(
        t > 0 ? Self.rootMeanSquare(flow.velocityDerivative(u, at: x, time: t), directions) : nil)
      if ratesOnly { continue }
      if t == 0 {
        amplifications.append(Estimate(value: 1, standardError: 0))
        continue
      }
      let pushed = try flow.push(u, at: x, from: t, to: 0, tolerance: Self.tolerance)
      amplifications.append(Self.rootMeanSquare(pushed.vectors, directions))
    }
    (self.times, self.rates, self.amplifications) = (times, rates, amplifications)
    (sampleCount, directionCount) = (count, directions)
    guard !ratesOnly, d <= Self.largestWhole else {
      logNorm = nil
      return
    }
    // Unit columns times √d: coordinates of the size of 1, against which the tolerance is measured.
    let unit = Double(d).squareRoot()
    let identity = Matrix<Double>.identity(d).elements.map { $0 * unit }
    let whole = try flow.push(
      Matrix(rows: count, columns: d * d, elements: (0..<count).flatMap { _ in identity }),
      at: noise, from: horizon, to: 0, tolerance: Self.tolerance
    ).vectors
    logNorm = Estimate(
      meanOf: (0..<count).map { i in
        let columns = Matrix(
          rows: d, columns: d, elements: whole[row: i].map { $0 / unit })
        let gram = Gemm.product(columns, transposed: columns)
        return 0.5 * .log(SymmetricEigen.values(gram)?.last ?? .nan)
      })
  }

  /// Unit vectors in uniform directions, m a row.
  private static func directions(
    _ n: Int, _ m: Int, _ d: Int, _ stream: RandomStream
  ) -> Matrix<Double> {
    var u = stream.normals(rows: n * m, columns: d)
    for i in 0..<n * m {
      let norm = u[row: i].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for j in 0..<d { u[i, j] /= norm }
    }
    return Matrix(rows: n, columns: m * d, elements: u.elements)
  }

  /// √E‖·‖² over rows and the m vectors of each; rows are independent.
  private static func rootMeanSquare(_ vectors: Matrix<Double>, _ m: Int) -> Estimate {
    let squares = Estimate(
      meanOf: (0..<vectors.rows).map { i in
        vectors[row: i].reduce(0) { $0 + $1 * $1 } / Double(m)
      })
    let root = squares.value.squareRoot()
    return Estimate(
      value: root, standardError: root > 0 ? squares.standardError / (2 * root) : 0)
  }
}
