import Arrays
import Distillation
import Formats
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Stability
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
      let likelihoods = [evaluation.negativeLogLikelihood, evaluation.teacherNegativeLogLikelihood]
      for found in likelihoods {
        let estimate = try #require(found)
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
      // One Gaussian: the certificate is attained.
      #expect(abs(try #require(first.amplificationRatio) - 1) < 1e-4)
      #expect(abs(try #require(first.certifiedAmplification) - slope) < 1e-6)
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
        StudentChain([affineStudent(0, b, from: 1, to: 0)]), plan: parts.plan(), samples: 50,
        seed: 1)
      func normal(_ x: Double, _ m: Double, _ v: Double) -> Double {
        .exp(-(x - m) * (x - m) / (2 * v)) / (2 * .pi * v).squareRoot()
      }
      let density =
        0.3 * normal(b[0], 1, 0.5) * normal(b[1], 0, 0.1)
        + 0.7 * normal(b[0], -1, 0.2) * normal(b[1], 2, 2)
      let likelihood = try #require(evaluation.negativeLogLikelihood)
      #expect(abs(likelihood.value + .log(density)) < 1e-6)
      #expect(likelihood.standardError < 1e-12)
      // Nothing comes after the last segment.
      #expect(evaluation.segments[0].certifiedAmplification == 1)
    }

    /// Crossed covariances: no certificate, and the report says so instead of a number.
    @Test func crossedCovariancesHaveNoCertificate() throws {
      var parts = PlanParts()
      parts.mixture = try GaussianMixture(
        weights: [0.3, 0.7], means: Matrix([[1, 0], [-1, 2]]),
        covariances: .diagonal(Matrix([[0.5, 0.1], [0.2, 2]])))
      parts.times = [1, 0.5, 0]
      let b = [0.4, 1.2]
      let chain = StudentChain([
        affineStudent(0.5, b, from: 1, to: 0.5), affineStudent(0, b, from: 0.5, to: 0),
      ])
      let evaluation = try Evaluation(chain, plan: parts.plan(), samples: 50, seed: 1)
      #expect(evaluation.segments[0].certifiedAmplification == .infinity)
      #expect(evaluation.segments[0].amplificationRatio == .infinity)
      #expect(evaluation.segments[1].certifiedAmplification == 1)
      #expect(evaluation.warning?.contains("a grid from this bound may be poor") == true)
      let text = evaluation.json.text(.compact)
      #expect(text.contains("\"certified_amplification\":\"infinity\""))
      #expect(text.contains("\"reason\":\"the velocity has no finite"))
    }

    @Test func oneSample() throws {
      let evaluation = try evaluate(
        chain(EvaluationTests.flow) { k, slope, _ in if k == 2 { slope *= 1.25 } }, samples: 1)
      #expect(abs(evaluation.relativeError.value - 0.0625) < 1e-6)
      #expect(evaluation.relativeError.standardError == .infinity)
      #expect(evaluation.negativeLogLikelihood?.standardError == .infinity)
      let text = evaluation.json.text(.compact)
      #expect(text.contains("\"standard_error\":\"infinity\"") && text.contains("\"reason\""))
    }

    @Test func threadsDoNotMatter() throws {
      var parts = PlanParts(steps: 9)
      parts.recipe.parametrisation = .residual
      let plan = try parts.plan()
      let chain = try train(plan).chain
      let texts = try [1, 2].map { threads in
        try withThreads(threads) {
          try Evaluation(chain, plan: plan, samples: 300, seed: 2).json.text()
        }
      }
      #expect(texts[0] == texts[1])
    }
  }
}
