package import Arrays
package import Mixtures
import RealModule
import Schedules

extension ForwardProcess {
  /// The angle 2 atan(σ/α), from 0 at the data towards π at pure noise, in which the flow's speed is about
  /// the same everywhere.
  package func noiseAngle(_ t: Double) -> Double {
    2 * Double.atan2(y: sigmaSquared(t).squareRoot(), x: alpha(t))
  }

  /// dt/dθ of that angle: (α² + σ²)/(2(σ'α − σα')).
  ///
  /// - Precondition: t is positive.
  package func timePerAngle(_ t: Double) -> Double {
    let (alpha, variance) = (alpha(t), sigmaSquared(t))
    let sigma = variance.squareRoot()
    let turning = sigmaSquaredDerivative(t) / (2 * sigma) * alpha - sigma * alphaDerivative(t)
    return (alpha * alpha + variance) / (2 * turning)
  }
}

extension DistillationPlan {
  /// Why students that take the time do not go with the process, in one sentence; nil if they do.
  ///
  /// Between their segment's ends they are the identity and a correction; where √(α² + σ²) changes by factors, as
  /// from 80 to 1 in the variance-exploding convention, the correction is nearly all, and they err by factors.
  var scaleProblem: String? {
    guard recipe.construction == nil, recipe.objective.takesTime else { return nil }
    let scales = grid.times.map { t in
      (grid.process.alpha(t) * grid.process.alpha(t) + grid.process.sigmaSquared(t)).squareRoot()
    }
    guard let least = scales.min(), let most = scales.max(), most > 2 * least else { return nil }
    return
      "the \(recipe.objective.rawValue) objective needs a process that keeps the scale of states, "
      + "not \(grid.process.name); use ou, vp-linear, vp-cosine or rectified-flow"
  }
}

/// A segment cut into cells of equal angle 2 atan(σ/α), and a student that also takes the times between them.
///
/// ```
/// Ψ(x, t) = x + c ω(t) net(z, features(t))
/// ```
/// with ω linear in the angle, 0 at one end of the segment, 1 at the other.
package struct SegmentCells: Sendable {
  /// How the student takes the state; its affine part is the identity.
  package let form: StudentForm
  /// The times, from the segment's beginning to its end.
  package let times: [Double]
  /// Their angles.
  package let angles: [Double]
  /// ω at each.
  package let shares: [Double]
  private let features: [[Float]]

  /// The number of cells.
  package var count: Int { times.count - 1 }

  /// The cells of a student's segment.
  ///
  /// - Precondition: the form is that of a residual or linear student.
  package init(_ plan: DistillationPlan, _ form: StudentForm) {
    precondition(
      form.parametrisation == .residual || form.parametrisation == .linear, "no identity")
    self.form = form
    let process = plan.grid.process
    let (from, to) = (process.noiseAngle(form.from), process.noiseAngle(form.to))
    let count = plan.recipe.points
    angles = (0...count).map { from + (to - from) * Double($0) / Double(count) }
    times = angles.enumerated().map { i, angle in
      i == 0
        ? form.from
        : i == count
          ? form.to : process.time(atNoiseLevel: .tan(angle / 2)) ?? form.from
    }
    let vanishesAtEnd = plan.recipe.objective == .consistency
    shares = (0...count).map {
      let part = Double($0) / Double(count)
      return vanishesAtEnd ? 1 - part : part
    }
    features = times.map { plan.timeFeatures(at: $0) }
  }

  /// What the network takes for each row of x at the time of its number.
  package func input(_ x: Matrix<Double>, at numbers: [Int]) -> Matrix<Float> {
    form.input(x, featureCount: features[0].count) { features[numbers[$0]] }
  }

  /// Ψ(x, t) from the network's values.
  package func state(_ x: Matrix<Double>, _ output: Matrix<Float>, at numbers: [Int]) -> Matrix<
    Double
  > {
    var result = x
    for (i, number) in numbers.enumerated() {
      let factor = form.scale * shares[number]
      for j in 0..<x.columns { result[i, j] += factor * Double(output[i, j]) }
    }
    return result
  }
}
