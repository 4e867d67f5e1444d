import Arrays
import Formats
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import ScoreMatching
import Stability
import TestSupport
import Testing

extension ScoreMatchingTests {
  @Suite struct LearnerTests {
    private static let recipe = {
      var recipe = ScoreRecipe()
      (recipe.hiddenWidths, recipe.steps, recipe.batch) = ([24, 24], 300, 128)
      recipe.learningRate = 0.02
      return recipe
    }()

    /// Two narrow clusters on a line, and noise across it: far from one Gaussian.
    private static func clusters(_ count: Int) -> Matrix<Double> {
      var x = RandomStream(seed: 6).normals(rows: count, columns: 2)
      for i in 0..<count {
        x[i, 0] = 0.2 * x[i, 0] + (i % 2 == 0 ? 1 : -1)
        x[i, 1] *= 0.5
      }
      return x
    }

    /// The law of those clusters.
    private static func mixture() throws -> GaussianMixture {
      try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[-1, 0], [1, 0]]),
        covariances: .tied(Matrix([[0.04, 0], [0, 0.25]])))
    }

    /// The least loss that there is, that of the posterior mean: ‖D − X_0‖²/(d λ̄ sin²θ) over angles.
    private static func leastLoss(_ moments: DataMoments) throws -> Double {
      let (mixture, draws, angles) = (try mixture(), 500, 64)
      var sum = 0.0
      for k in 0..<angles {
        let angle = (Double(k) + 0.5) / Double(angles) * .pi / 2
        let level = moments.meanVariance.squareRoot() * Double.tan(angle)
        let stream = RandomStream(seed: UInt64(k))
        let clean = Marginal(mixture, alpha: 1, sigmaSquared: 0)
          .sample(draws, from: stream.substream("data"))
        let noise = stream.substream("noise").normals(rows: draws, columns: 2)
        var noisy = clean
        for i in noisy.elements.indices { noisy.elements[i] += level * noise.elements[i] }
        let guess = Marginal(mixture, alpha: 1, sigmaSquared: level * level).posteriorMean(noisy)
        let square = zip(guess.elements, clean.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        let sine = Double.sin(angle)
        sum += square / (Double(2 * draws) * moments.meanVariance * sine * sine)
      }
      return sum / Double(angles)
    }

    /// From the Gaussian's loss more than half of the way down to the least there is: what is left is
    /// known to about ±0.1 from the samples held out.
    @Test func learnsTwoClusters() throws {
      var recipe = Self.recipe
      (recipe.hiddenWidths, recipe.steps, recipe.batch) = ([64, 64], 1500, 256)
      var learner = try ScoreLearner(Self.clusters(4000), recipe: recipe, seed: 3)
      var losses: [Double] = []
      try withFolder { path in
        try learner.run(
          to: path + "/t.safetensors", progress: { _, loss in losses.append(loss) })
        let score = try LearnedScore(contentsOf: path + "/t.safetensors")
        let held = try #require(score.record.heldOut)
        let training = try #require(score.record.training)
        #expect(abs(training.loss.value - held.loss.value) < 5 * held.loss.standardError)
        let least = try Self.leastLoss(score.moments)
        let gaussian = held.loss.value / held.relative.value
        let left = (held.loss.value - least) / (gaussian - least)
        #expect(gaussian - least > 10 * held.loss.standardError)
        #expect(left < 0.5, "\(gaussian) \(held.loss.value) \(least)")
        #expect(held.loss.value > least - 5 * held.loss.standardError)
        // Against the exact score where clusters part.
        let process = try VarianceExploding(horizon: 20)
        let exact = ProbabilityFlow(try Self.mixture(), process)
        let flow = LearnedFlow(score, process)
        let plain = ProbabilityFlow(score.moments.gaussian, process)
        let x = exact.marginal(at: 0.5).sample(2000, from: RandomStream(seed: 1))
        let truth = exact.marginal(at: 0.5).score(x)
        func error(_ s: Matrix<Double>) -> Double {
          let squares = zip(s.elements, truth.elements).reduce(0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
          }
          return squares / truth.elements.reduce(0) { $0 + $1 * $1 }
        }
        let (learnt, start) = (
          error(flow.score(x, at: 0.5)), error(plain.marginal(at: 0.5).score(x))
        )
        #expect(learnt < 0.2 * start, "\(learnt) of \(start)")
        // Samples come in both clusters.
        let y = try flow.sample(400, at: 0, tolerance: 1e-6, from: RandomStream(seed: 2))
        let right = (0..<400).filter { y[$0, 0] > 0 }.count
        #expect((140...260).contains(right), "\(right)")
        let between = (0..<400).filter { abs(y[$0, 0]) < 0.3 }.count
        #expect(between < 20, "\(between)")
      }
      #expect(losses.count == 1500)
    }

    /// It begins with the Gaussian, exactly.
    @Test func beginsWithTheGaussian() throws {
      let learner = try ScoreLearner(
        gaussianData(100, dimension: 3, seed: 1), recipe: Self.recipe, seed: 3)
      let flow = LearnedFlow(learner.score, try OrnsteinUhlenbeck())
      let exact = ProbabilityFlow(learner.score.moments.gaussian, flow.process).marginal(at: 0.1)
      let x = exact.sample(10, from: RandomStream(seed: 1))
      #expect(distance(flow.score(x, at: 0.1), exact.score(x)) < 1e-9)
    }

    /// A run that is stopped and goes on ends with the same bytes, whatever the checkpoints.
    @Test(arguments: [1, 17, 39]) func resumption(stop: Int) throws {
      var recipe = Self.recipe
      recipe.steps = 40
      let data = Self.clusters(80)
      try withFolder { path in
        var whole = try ScoreLearner(data, recipe: recipe, seed: 5)
        try whole.run(to: path + "/whole.safetensors")
        let part = path + "/part.safetensors"
        var first = try ScoreLearner(data, recipe: recipe, seed: 5)
        var seen = 0
        #expect(throws: ScoreError.interrupted(step: stop)) {
          try first.run(to: part, checkpointInterval: 7, shouldStop: { seen == stop }) { step, _ in
            seen = step
          }
        }
        #expect(throws: ScoreError.unfinished(path: part, step: stop, of: 40)) {
          _ = try LearnedScore(contentsOf: part)
        }
        var second = try ScoreLearner(data, recipe: recipe, seed: 5)
        try second.resume(from: part)
        try second.run(to: part)
        #expect(try bytes(part) == bytes(path + "/whole.safetensors"))
        // A finished one has nothing left to do.
        var third = try ScoreLearner(data, recipe: recipe, seed: 5)
        try third.resume(from: part)
        #expect(third.record.isFinished)
      }
    }

    @Test func threadsDoNotMatter() throws {
      var recipe = Self.recipe
      (recipe.steps, recipe.batch) = (10, 600)
      func weights(_ threads: Int) throws -> [Float] {
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        Parallel.threadCount = threads
        var learner = try ScoreLearner(Self.clusters(300), recipe: recipe, seed: 5)
        while !learner.record.isFinished { _ = try learner.step() }
        return learner.score.network.parameters
      }
      #expect(try weights(1) == weights(2))
    }

    @Test func othersAreNotResumed() throws {
      var recipe = Self.recipe
      recipe.steps = 3
      let data = Self.clusters(60)
      try withFolder { path in
        let file = path + "/t.safetensors"
        var learner = try ScoreLearner(data, recipe: recipe, seed: 5)
        try learner.run(to: file)
        var other = try ScoreLearner(data, recipe: recipe, seed: 6)
        #expect(throws: ScoreError.other(path: file, difference: "seed")) {
          try other.resume(from: file)
        }
        recipe.batch += 1
        other = try ScoreLearner(data, recipe: recipe, seed: 5)
        #expect(throws: ScoreError.other(path: file, difference: "choices")) {
          try other.resume(from: file)
        }
        recipe.batch -= 1
        other = try ScoreLearner(Self.clusters(61), recipe: recipe, seed: 5)
        #expect(throws: ScoreError.other(path: file, difference: "data")) {
          try other.resume(from: file)
        }
      }
    }

    @Test func badDataAndChoices() throws {
      #expect(throws: ScoreError.self) {
        _ = try ScoreLearner(Matrix([[1.0, 2.0]]), recipe: Self.recipe, seed: 0)
      }
      #expect(throws: ScoreError.badData("all samples are equal; give samples that differ")) {
        _ = try ScoreLearner(
          Matrix([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]), recipe: Self.recipe, seed: 0)
      }
      for (change, word) in [
        ({ $0.steps = 0 }, "steps"), ({ $0.batch = 0 }, "batch"),
        ({ $0.learningRate = -.infinity }, "rate"), ({ $0.heldOut = 1 }, "held out"),
        ({ $0.hiddenWidths = [] }, "layers"), ({ $0.hiddenWidths = [0] }, "width"),
      ] as [((inout ScoreRecipe) -> Void, String)] {
        var recipe = Self.recipe
        change(&recipe)
        #expect(recipe.problem?.contains(word) == true)
      }
    }

    /// Every damage is refused by name, and what is written is read back to the same bits.
    @Test func files() throws {
      let score = try randomScore(3, seed: 4)
      try withFolder { path in
        let file = path + "/t.safetensors"
        try score.file.write(to: file)
        let read = try LearnedScore(contentsOf: file)
        #expect(read == score && read.fingerprint == score.fingerprint)
        #expect(read.fingerprint.count == 16)
        func refused(_ word: String, _ change: (inout Safetensors) -> Void) throws {
          var damaged = score.file
          change(&damaged)
          try damaged.write(to: file)
          do {
            _ = try LearnedScore(contentsOf: file)
            Issue.record("\(word) was accepted")
          } catch {
            #expect("\(error)".contains(word), "\(error)")
          }
        }
        try refused("format") { $0.metadata["format"] = "flowdistill.teacher/2" }
        try refused("comment") { $0.metadata["comment"] = "hello" }
        try refused("seed") { $0.metadata["seed"] = nil }
        try refused("batch") { $0.metadata["batch"] = "many" }
        try refused("hidden") { $0.metadata["hidden_widths"] = "20,x" }
        try refused("layers.0.weight") { $0.metadata["hidden_widths"] = "21,17" }
        try refused("step") { $0.metadata["step"] = "4" }
        try refused("training.parameters") { $0.metadata["step"] = "2" }
        try refused("mean") { $0.tensors.removeAll { $0.name == "mean" } }
        try refused("extra") {
          $0.tensors.append(.init(name: "extra", shape: [1], values: .float32([0])))
        }
        try refused("variances") {
          $0.tensors.removeAll { $0.name == "variances" }
          $0.tensors.append(.init(name: "variances", shape: [3], values: .float64([1, 0, 1])))
        }
        try refused("layers.2.bias") {
          $0.tensors.removeAll { $0.name == "layers.2.bias" }
          $0.tensors.append(
            .init(name: "layers.2.bias", shape: [3], values: .float32([1, .nan, 1])))
        }
      }
    }
  }
}
