package import Arrays
import Mixtures
package import Networks
import ProbabilityFlow
import RealModule
import Schedules

/// The loss of a student that follows the velocity field (Tee and others, 2024).
///
/// With f(x, t) = x + c ω(t) net(x, t), ω = 0 where the segment begins, neighbouring times t > t' and the angle
/// θ(t) = 2 atan(σ/α), over a batch of B states of d coordinates:
/// ```
/// L = (Δθ/c)²/(B d) Σ ‖(f(x, t) − f(x, t'))/(θ − θ') − sg[v(f(x, t), t)] dt/dθ‖²
/// ```
/// Δθ is the angle of the segment, so that L is of unit scale; times are uniform in θ, and in t the weight of the
/// squared defect of df/dt = v is (dt/dθ)²: the log-SNR is −2 log tan(θ/2), θ stays finite where it does not.
/// Gradients pass through both evaluations of the student, none through v. The difference is one-sided, so
/// that v is never asked for at t = 0: its error falls like 1/points.
package struct PhysicsInformedLoss: Sendable {
  private let cells: SegmentCells
  private let plan: DistillationPlan
  private let segment: Int
  private let states: StartingStates
  private var starts: TrainingTrajectories<Matrix<Double>>

  /// The number of different times in a batch: v takes its marginal anew for each.
  private static let strata = 16

  /// The loss of a segment's student.
  package init(
    _ plan: DistillationPlan, segment k: Int, _ form: StudentForm, after previous: [Student]
  ) {
    (self.plan, segment) = (plan, k)
    cells = SegmentCells(plan, form)
    states = StartingStates(plan, segment: k, after: previous)
    starts = TrainingTrajectories(plan, segment: k, pool: plan.poolSize)
  }

  /// The loss of step s, and its gradient, left in the tape.
  ///
  /// - Precondition: the tape is for batches of 2 `count`.
  package mutating func callAsFunction(
    _ network: StudentNetwork, _ tape: inout StudentTape, count: Int, step: Int
  ) throws(DistillationError) -> Double {
    let stream = plan.stream("batch", segment: segment).substream(UInt64(step))
    let states = states
    let (all, rows) = try starts.batch(count, step: step) {
      (count, stream) throws(DistillationError) in try states(count, from: stream)
    }
    let x = all.gatheringRows(rows)
    let groups = groups(count, stream.substream("times"))
    let numbers = groups.flatMap { group in group.rows.map { _ in group.number } }
    return loss(x, numbers, groups, network, &tape)
  }

  private func loss(
    _ x: Matrix<Double>, _ numbers: [Int], _ groups: [(rows: Range<Int>, number: Int)],
    _ network: StudentNetwork, _ tape: inout StudentTape
  ) -> Double {
    let (count, d) = (x.rows, x.columns)
    let next = numbers.map { $0 + 1 }
    let both = x.gatheringRows(Array(0..<count) + Array(0..<count))
    let f = cells.state(
      both, tape.forward(network, cells.input(both, at: numbers + next)), at: numbers + next)
    var gradient = Matrix<Float>(rows: 2 * count, columns: d)
    var sum = 0.0
    let scale = (cells.angles[0] - cells.angles[cells.count]) / cells.form.scale
    for (rows, number) in groups {
      let (flow, t) = (plan.distilled, cells.times[number])
      let v = flow.velocity(f.rowBlock(rows), at: t)
      let speed = plan.grid.process.timePerAngle(t)
      let step = cells.angles[number] - cells.angles[number + 1]
      for (r, i) in rows.enumerated() {
        for j in 0..<d {
          let defect = (f[i, j] - f[count + i, j]) / step - v[r, j] * speed
          sum += defect * defect
          let slope = 2 * scale * scale * defect / (Double(count * d) * step) * cells.form.scale
          gradient[i, j] = Float(slope * cells.shares[number])
          gradient[count + i, j] = Float(-slope * cells.shares[number + 1])
        }
      }
    }
    tape.backward(network, outputGradient: gradient)
    return sum * scale * scale / Double(count * d)
  }

  /// Rows in groups of one time each, one cell drawn from each stratum of them.
  private func groups(
    _ count: Int, _ stream: RandomStream
  ) -> [(rows: Range<Int>, number: Int)] {
    let strata = min(Self.strata, count)
    return stream.uniforms(strata).enumerated().map { g, u in
      let place = (Double(g) + u) / Double(strata) * Double(cells.count)
      return (
        rows: count * g / strata..<count * (g + 1) / strata,
        number: min(Int(place), cells.count - 1)
      )
    }
  }
}

extension StudentForm {
  /// The form of a physics-informed student, without a trajectory: c is what a coordinate of
  /// αx_0 + σε moves by while x_0 and ε stay.
  package init(physicsInformed plan: DistillationPlan, segment k: Int, at x: Matrix<Double>) {
    let (process, (from, to)) = (plan.grid.process, plan.grid.segments[k])
    let signal = process.alpha(from) - process.alpha(to)
    let noise = process.sigmaSquared(from).squareRoot() - process.sigmaSquared(to).squareRoot()
    let scale = (signal * signal * plan.mixture.meanSquare + noise * noise).squareRoot()
    self.init(
      parametrisation: plan.recipe.parametrisation, scale: scale > 0 ? scale : 1, from: from,
      to: to,
      timeFeatures: plan.timeFeatures(segment: k),
      affine: plan.recipe.parametrisation == .linear ? AffineSkip(scaling: x) : nil)
  }
}

extension GaussianMixture {
  /// E‖x‖²/d.
  fileprivate var meanSquare: Double {
    var sum = 0.0
    for k in 0..<componentCount {
      let covariance = covariance(k)
      for a in 0..<dimension {
        sum += weights[k] * (means[k, a] * means[k, a] + covariance[a, a])
      }
    }
    return sum / Double(dimension)
  }
}
