import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import Stability
import Testing

extension DistillationTests {
  @Suite struct TrainingTests {
    static let gaussian = GaussianFlow(mean: [1.5, -0.5, 0.25], deviation: 0.4)

    @Test(
      arguments: [Parametrisation.plain, .residual, .affine, .linear],
      [RateSchedule.constant, .cosine])
    func lossFalls(parametrisation: Parametrisation, schedule: RateSchedule) throws {
      var parts = PlanParts(steps: 400, widths: [32, 32], batch: 64)
      parts.recipe.parametrisation = parametrisation
      parts.recipe.schedule = schedule
      parts.times = [1, 0.05, 0]
      let losses = try train(parts.plan()).losses
      #expect(losses.count == 400)
      for segment in [losses[..<200], losses[200...]] {
        let (first, last) = (mean(Array(segment.prefix(5))), mean(Array(segment.suffix(20))))
        // What the best affine map leaves is harder to learn than the map.
        #expect(last < (parametrisation == .affine ? 0.6 : 0.3) * first)
      }
    }

    @Test(arguments: [Parametrisation.plain, .residual, .linear])
    func learnsTheFlowOfOneGaussian(parametrisation: Parametrisation) throws {
      let flow = TrainingTests.gaussian
      var recipe = Recipe.residual
      recipe.parametrisation = parametrisation
      recipe.hiddenWidths = [48]
      recipe.totalSteps = 2400
      recipe.batch = 128
      recipe.learningRate = 5e-3
      let chain = try train(flow.plan(times: [1, 0.15, 0], recipe: recipe)).chain
      let x = flow.sample(4000, at: 1, seed: 99)
      let exact = flow.carry(x, from: 1, to: 0)
      // The best constant student is at 0.15, the identity at 1.3: 2e-3 needs the right map.
      #expect(relativeMSE(chain(x), exact) < 2e-3)
      for student in chain.students {
        let z = flow.sample(4000, at: student.from, seed: 100)
        let there = flow.carry(z, from: student.from, to: student.to)
        #expect(relativeMSE(student(z), there) < 2e-3)
      }
    }

    /// The flow of one Gaussian is affine: nothing is left for the network.
    @Test func affineStudentsAreExactForOneGaussian() throws {
      var recipe = Recipe.residual
      recipe.parametrisation = .affine
      (recipe.hiddenWidths, recipe.totalSteps, recipe.batch) = ([6], 4, 16)
      recipe.teacherTolerance = 1e-11
      let flow = TrainingTests.gaussian
      let chain = try train(flow.plan(times: [1, 0.15, 0], recipe: recipe)).chain
      let x = flow.sample(500, at: 1, seed: 9)
      #expect(relativeMSE(chain(x), flow.carry(x, from: 1, to: 0)) < 1e-16)
      for student in chain.students {
        // Lip(Φ) is the ratio of the spreads; the network's part is next to nothing.
        let (slope, _) = flow.map(from: student.from, to: student.to)
        let bound = student.lipschitz(
          try flow.plan(times: [1, 0]).flow.marginal(at: student.from)
        ).global
        #expect(bound >= slope * (1 - 1e-9) && bound < slope * 1.001)
      }
    }

    /// With a rate that changes no weight every loss estimates the same expectation, which the
    /// exact flow gives as well.
    @Test(arguments: [Parametrisation.plain, .residual], [TeacherChoice.accurate, .published])
    func lossIsTheMeanSquaredError(parametrisation: Parametrisation, teacher: TeacherChoice) throws
    {
      let flow = TrainingTests.gaussian
      var recipe = Recipe.paper
      recipe.hiddenWidths = [10]
      (recipe.totalSteps, recipe.batch, recipe.learningRate) = (300, 64, 1e-40)
      (recipe.parametrisation, recipe.teacher) = (parametrisation, teacher)
      let (chain, losses) = try train(flow.plan(times: [1, 0.2, 0], recipe: recipe))
      for (k, student) in chain.students.enumerated() {
        let x = flow.sample(20_000, at: student.from, seed: 5)
        let y = flow.carry(x, from: student.from, to: student.to)
        if parametrisation == .residual {
          // c is estimated from 1,024 samples: about 2 % off.
          let moved = zip(y.elements, x.elements).map { ($0 - $1) * ($0 - $1) }
          #expect(abs(student.scale / mean(moved).squareRoot() - 1) < 0.08)
        }
        let squares = zip(student(x).elements, y.elements).map {
          ($0 - $1) * ($0 - $1) / (student.scale * student.scale)
        }
        let expected = (0..<x.rows).map { i in mean(Array(squares[i * 3..<(i + 1) * 3])) }
        let measured = Array(losses[k * 150..<(k + 1) * 150])
        let error =
          (pow(deviation(expected), 2) / Double(x.rows) + pow(deviation(measured), 2) / 150)
          .squareRoot()
        #expect(abs(mean(measured) - mean(expected)) < 4 * error)
      }
    }

    @Test func weightsStayClamped() throws {
      for bound in [0.05, 0.2] {
        var parts = PlanParts(steps: 60)
        parts.recipe.learningRate = 0.02
        let free = try train(parts.plan()).chain
        parts.recipe.parameterBound = bound
        let clamped = try train(parts.plan()).chain
        for (a, b) in zip(free.students, clamped.students) {
          #expect(a.network.parameters.contains { abs($0) > Float(bound) })
          let network = try #require(b.network.perceptron)
          let weights = network.layers.flatMap(\.weights.elements)
          #expect(weights.allSatisfy { abs($0) <= Float(bound) })
          #expect(weights.contains { abs($0) == Float(bound) })
          // Biases are free.
          #expect(network.layers.contains { $0.biases.contains { abs($0) > Float(bound) } })
        }
      }
    }

    /// With weights near 0 the best student is a constant, which only free biases reach: the published value of
    /// experiment 2 at B = .001.
    @Test func clampedToNothingTheStudentIsTheMean() throws {
      var parts = PlanParts(steps: 600, batch: 256)
      parts.times = [1, 0]
      (parts.recipe.parameterBound, parts.recipe.learningRate) = (1e-6, 0.01)
      parts.recipe.schedule = .cosine
      let plan = try parts.plan()
      let chain = try train(plan).chain
      let error = try chain.relativeError(plan, samples: 20_000, seed: 3)
      // 1 − ‖E y‖²/E‖y‖² of the mixture.
      let (mean, square) = ([0.4, -0.65], 0.2 * 1.25 + 0.3 * 4 + 0.5 * 2.25 + 0.4)
      let expected = 1 - (mean[0] * mean[0] + mean[1] * mean[1]) / square
      #expect(abs(error.value - expected) < 0.01, "\(error.value) for \(expected)")
    }

    @Test func residualStudentIsIdentityPlusNetwork() {
      let x = RandomStream(seed: 2).normals(rows: 7, columns: 3)
      let plain = affineStudent(-2, [1, 0, 4], from: 1, to: 0)
      let residual = Student(
        network: plain.network,
        form: StudentForm(parametrisation: .residual, scale: 0.5, from: 1, to: 0))
      // x + 0.5 (−2x + b) = b/2
      let expected = Matrix([[Double]](repeating: [0.5, 0, 2], count: 7))
      #expect(relativeMSE(residual(x), expected) < 1e-12)
      let zero = Student(
        network: StudentNetwork(plain.network.architecture),
        form: StudentForm(parametrisation: .residual, scale: 3, from: 1, to: 0))
      #expect(zero(x) == x)
    }

    @Test func residualStudentsAreBetterOnShortSegments() throws {
      var parts = PlanParts(steps: 200, widths: [32, 32], batch: 64)
      parts.times = [1, 0.9, 0.8, 0.7, 0]
      var errors: [Double] = []
      for parametrisation in [Parametrisation.plain, .residual] {
        parts.recipe.parametrisation = parametrisation
        let plan = try parts.plan()
        let evaluation = try Evaluation(try train(plan).chain, plan: plan, samples: 500, seed: 3)
        errors.append(evaluation.segments[0].localRelativeError.value)
      }
      #expect(errors[1] < 0.1 * errors[0])
    }

    @Test func divergenceIsAnError() throws {
      var parts = PlanParts()
      parts.recipe.learningRate = 1e30
      #expect(throws: DistillationError.diverged(segment: 0, step: 1)) { try train(parts.plan()) }
      // The loss of the only step is fine; the weights after it are not.
      parts.recipe.learningRate = 1e39
      parts.recipe.totalSteps = 1
      parts.times = [1, 0]
      #expect(throws: DistillationError.diverged(segment: 0, step: 1)) { try train(parts.plan()) }
    }

    /// For σ_0 = 1 both teachers are right; for σ_0 = 0.001 the published one is far off.
    @Test func publishedTeacherDivergesForSmallNoise() throws {
      var losses: [TeacherChoice: [Double]] = [:]
      for deviation in [1.0, 0.001] {
        for teacher in TeacherChoice.allCases {
          let flow = GaussianFlow(mean: [1, 2], deviation: deviation)
          var recipe = Recipe.paper
          recipe.hiddenWidths = [8]
          (recipe.totalSteps, recipe.batch, recipe.teacher) = (4, 64, teacher)
          do {
            losses[teacher] = try train(flow.plan(times: [1, 0], recipe: recipe)).losses
          } catch DistillationError.diverged {
            losses[teacher] = [.infinity]
          }
        }
        let (right, published) = (losses[.accurate]![0], losses[.published]![0])
        if deviation == 1 {
          #expect(abs(published / right - 1) < 1e-5)
        } else {
          #expect(right < 20)
          #expect(published > 1e3)
        }
      }
    }
  }
}
