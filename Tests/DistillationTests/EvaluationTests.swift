import Arrays
import Distillation
import Formats
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Testing

extension DistillationTests {
  /// Chains whose errors are known by hand, whatever the samples.
  @Suite struct EvaluationTests {
    static let flow = GaussianFlow(mean: [0, 0, 0], deviation: 0.5)
    static let times = [1, 0.2, 0.05, 0]

    /// The exact students of a Gaussian's flow, changed by the caller.
    private func chain(
      _ flow: GaussianFlow, _ change: (Int, inout Double, inout [Double]) -> Void = { _, _, _ in }
    ) -> StudentChain {
      let segments = zip(EvaluationTests.times, EvaluationTests.times.dropFirst())
      return StudentChain(
        segments.enumerated().map { k, segment in
          var (slope, offset) = flow.map(from: segment.0, to: segment.1)
          change(k, &slope, &offset)
          return affineStudent(slope, offset, from: segment.0, to: segment.1)
        })
    }

    private func evaluate(
      _ chain: StudentChain, _ flow: GaussianFlow = flow, samples: Int = 300, seed: UInt64 = 4
    ) throws -> Evaluation {
      try Evaluation(
        chain, plan: flow.plan(times: EvaluationTests.times), samples: samples, seed: seed)
    }

    @Test func perfectStudents() throws {
      let flow = GaussianFlow(mean: [1.5, -0.5, 0.25], deviation: 0.4)
      let evaluation = try evaluate(chain(flow), flow, samples: 2000)
      // Single precision in three students: a few times (6e-8)².
      #expect(evaluation.relativeError.value < 1e-13)
      #expect(evaluation.teacherError < 1e-6)
      // −E log p_0 of a Gaussian: d/2 log(2πe s²).
      let entropy = 1.5 * Double.log(2 * .pi * 0.16) + 1.5
      for estimate in [evaluation.negativeLogLikelihood, evaluation.teacherNegativeLogLikelihood] {
        #expect(abs(estimate.value - entropy) < 4 * estimate.standardError)
        // Var(½‖z‖²) = d/2.
        #expect(abs(estimate.standardError / (1.5 / 2000).squareRoot() - 1) < 0.1)
      }
    }

    /// The last student too long by ε: e = εy, so the relative error is ε² for every sample.
    @Test func scaledStudent() throws {
      let evaluation = try evaluate(
        chain(EvaluationTests.flow) { k, slope, _ in if k == 2 { slope *= 1.25 } })
      #expect(abs(evaluation.relativeError.value - 0.0625) < 1e-6)
      #expect(evaluation.relativeError.standardError < 1e-7)
      #expect(abs(evaluation.segments[2].localRelativeError.value - 0.0625) < 1e-6)
      #expect(abs(evaluation.segments[2].share - 1) < 1e-5)
      #expect(abs(evaluation.segments[2].measuredAmplification - 1) < 1e-12)
    }

    /// The first student off by δ: the rest of the flow multiplies δ by its slope.
    @Test func shiftedStudent() throws {
      let flow = EvaluationTests.flow
      let evaluation = try evaluate(
        chain(flow) { k, _, offset in if k == 0 { offset = [0.3, 0, 0.4] } })
      let slope = flow.map(from: 0.2, to: 0).slope
      let (first, rest) = (evaluation.segments[0], evaluation.segments.dropFirst())
      #expect(abs(first.localError - 0.5) < 1e-6)
      #expect(abs(first.measuredAmplification - slope) < 1e-5)
      #expect(abs(first.certifiedAmplification - slope) < 1e-6)
      #expect(abs(first.share - 1) < 1e-5)
      for segment in rest {
        #expect(segment.localError < 1e-6)
        #expect(abs(segment.share) < 1e-5)
      }
      // Σ‖e‖²/Σ‖y‖² with ‖e‖ = slope/2; E‖y‖² = 3 · 0.25, from 300 samples.
      let expected = slope * slope * 0.25 / 0.75
      #expect(abs(evaluation.relativeError.value - expected) < 0.15 * expected)
      #expect(
        abs(evaluation.relativeError.value - expected) < 5 * evaluation.relativeError.standardError)
    }

    /// Two shifts δ_1, δ_2 along one line: shares in proportion to what arrives of each.
    @Test func sharesAddUp() throws {
      let flow = EvaluationTests.flow
      let evaluation = try evaluate(
        chain(flow) { k, _, offset in offset[0] += k == 0 ? 0.3 : k == 1 ? -0.1 : 0 })
      let arrive = [
        0.3 * flow.map(from: 0.2, to: 0).slope, -0.1 * flow.map(from: 0.05, to: 0).slope, 0,
      ]
      let total = arrive.reduce(0, +)
      for (segment, part) in zip(evaluation.segments, arrive) {
        #expect(abs(segment.share - part / total) < 1e-5)
      }
    }

    /// Students that answer b whatever comes: the likelihood is that of b.
    @Test func likelihoodIsTheFormula() throws {
      let mixture = try GaussianMixture(
        weights: [0.3, 0.7], means: Matrix([[1, 0], [-1, 2]]),
        covariances: .diagonal(Matrix([[0.5, 0.1], [0.2, 2]])))
      var parts = PlanParts()
      (parts.mixture, parts.times) = (mixture, [1, 0])
      let b = [0.4, 1.2]
      let evaluation = try Evaluation(
        StudentChain([affineStudent(0, b, from: 1, to: 0)]), plan: parts.plan, samples: 50, seed: 1)
      func normal(_ x: Double, _ m: Double, _ v: Double) -> Double {
        .exp(-(x - m) * (x - m) / (2 * v)) / (2 * .pi * v).squareRoot()
      }
      let density =
        0.3 * normal(b[0], 1, 0.5) * normal(b[1], 0, 0.1)
        + 0.7 * normal(b[0], -1, 0.2) * normal(b[1], 2, 2)
      #expect(abs(evaluation.negativeLogLikelihood.value + .log(density)) < 1e-6)
      #expect(evaluation.negativeLogLikelihood.standardError < 1e-12)
      // Unequal covariances: no certificate, and the report says so instead of a number.
      #expect(evaluation.segments[0].certifiedAmplification == .infinity)
      #expect(evaluation.json.text(.compact).contains("\"certified_amplification\":\"infinity\""))
      #expect(evaluation.json.text(.compact).contains("\"reason\":\"no finite bound"))
    }

    @Test func oneSample() throws {
      let evaluation = try evaluate(
        chain(EvaluationTests.flow) { k, slope, _ in if k == 2 { slope *= 1.25 } }, samples: 1)
      #expect(abs(evaluation.relativeError.value - 0.0625) < 1e-6)
      #expect(evaluation.relativeError.standardError == .infinity)
      #expect(evaluation.negativeLogLikelihood.standardError == .infinity)
      let text = evaluation.json.text(.compact)
      #expect(text.contains("\"standard_error\":\"infinity\"") && text.contains("\"reason\""))
    }

    @Test func threadsDoNotMatter() throws {
      var parts = PlanParts(steps: 9)
      parts.recipe.parametrisation = .residual
      let plan = parts.plan
      let chain = try train(plan).chain
      let texts = try [1, 2].map { threads in
        try withThreads(threads) {
          try Evaluation(chain, plan: plan, samples: 300, seed: 2).json.text()
        }
      }
      #expect(texts[0] == texts[1])
    }
  }

  /// Students that have learned little: everything must still add up.
  @Suite struct BudgetTests {
    static let plan: DistillationPlan = {
      var parts = PlanParts(steps: 60)
      parts.recipe.parametrisation = .residual
      return parts.plan
    }()
    static let chain = try! train(plan).chain

    @Test func budgetSumsToTheError() throws {
      let (plan, chain) = (BudgetTests.plan, BudgetTests.chain)
      let evaluation = try Evaluation(chain, plan: plan, samples: 400, seed: 11)
      #expect(evaluation.budgetDefect < 1e-12)
      #expect(abs(evaluation.segments.reduce(0) { $0 + $1.share } - 1) < 1e-12)
      // Every part again, by the teacher on the same samples, written out.
      let flow = plan.flow
      let x = flow.marginal(at: 1).sample(400, from: RandomStream(seed: 11).substream("evaluation"))
      let teacher = Teacher(flow, tolerance: 1e-11)
      let y = teacher.transport(x, from: 1, to: 0).states
      #expect(abs(evaluation.relativeError.value / relativeMSE(chain(x), y) - 1) < 1e-5)
      var (z, arrived) = (x, y)
      let e = zip(chain(x).elements, y.elements).map { $0 - $1 }
      for (student, segment) in zip(chain.students, evaluation.segments) {
        let next = student(z)
        let right = teacher.transport(z, from: student.from, to: student.to).states
        let local = zip(next.elements, right.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        #expect(abs(segment.localError / (local / 400).squareRoot() - 1) < 1e-5)
        #expect(abs(segment.localRelativeError.value / relativeMSE(next, right) - 1) < 1e-5)
        let arrives =
          student.to == 0 ? next : teacher.transport(next, from: student.to, to: 0).states
        let c = zip(arrives.elements, arrived.elements).map { $0 - $1 }
        let share = zip(c, e).reduce(0) { $0 + $1.0 * $1.1 } / e.reduce(0) { $0 + $1 * $1 }
        #expect(abs(segment.share - share) < 1e-5)
        let square = c.reduce(0) { $0 + $1 * $1 }
        #expect(abs(segment.measuredAmplification / (square / local).squareRoot() - 1) < 1e-5)
        #expect(segment.measuredAmplification <= segment.certifiedAmplification)
        (z, arrived) = (next, arrives)
      }
    }

    /// The standard errors against the scatter of 160 repetitions, itself known to 6 %.
    @Test func standardErrorsAreRight() throws {
      let runs = try (0..<160).map { seed in
        try Evaluation(
          BudgetTests.chain, plan: BudgetTests.plan, samples: 100, seed: UInt64(1000 + seed))
      }
      let estimates: [(Evaluation) -> Estimate] = [
        { $0.relativeError }, { $0.negativeLogLikelihood }, { $0.teacherNegativeLogLikelihood },
        { $0.segments[1].localRelativeError },
      ]
      for estimate in estimates {
        let claimed = mean(runs.map { estimate($0).standardError })
        let scatter = deviation(runs.map { estimate($0).value })
        #expect(abs(claimed / scatter - 1) < 0.2)
      }
    }
  }

  @Suite struct EstimateTests {
    @Test func byHand() {
      let mean = Estimate(meanOf: [1, 2, 3, 4])
      #expect(mean.value == 2.5)
      #expect(abs(mean.standardError - (5.0 / 3 / 4).squareRoot()) < 1e-15)
      // r = 6/8; residuals a − rb are −½, ½, 0; √(½/6)/(8/3).
      let ratio = Estimate(ratioOf: [1, 2, 3], to: [2, 2, 4])
      #expect(ratio.value == 0.75)
      #expect(abs(ratio.standardError - (1.0 / 12).squareRoot() * 3 / 8) < 1e-15)
      #expect(Estimate(meanOf: [3]) == Estimate(value: 3, standardError: .infinity))
      #expect(Estimate(ratioOf: [3], to: [2]) == Estimate(value: 1.5, standardError: .infinity))
    }

    /// The delta method against repeated draws of correlated pairs.
    @Test func ratioByRepetition() {
      let runs = (0..<2000).map { seed in
        let z = RandomStream(seed: UInt64(seed)).normals(rows: 50, columns: 2)
        let b = (0..<50).map { 2 + z[$0, 0] * z[$0, 0] }
        return Estimate(ratioOf: (0..<50).map { 0.5 * b[$0] + z[$0, 1] * z[$0, 1] }, to: b)
      }
      let claimed = mean(runs.map(\.standardError))
      #expect(abs(claimed / deviation(runs.map(\.value)) - 1) < 0.08)
      // ½ + 1/3 up to a bias of order 1/n.
      #expect(abs(mean(runs.map(\.value)) - 0.5 - 1.0 / 3) < 0.01)
    }
  }
}
