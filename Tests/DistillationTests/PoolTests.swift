import Arrays
import Distillation
import Networks
import Schedules
import Stability
import TestSupport
import Testing

extension DistillationTests {
  /// Pools of trajectories and means of weights.
  @Suite struct PoolTests {
    /// One Gaussian, affine students that hardly train: each is its pool's best affine map.
    ///
    /// Pools are made and moved some thousand trajectories at a time.
    @Test(arguments: TrainingStates.allCases, [200, 20_000])
    func poolsFollowTheFlow(states: TrainingStates, size: Int) throws {
      let gaussian = GaussianFlow(mean: [1, -2], deviation: 0.3)
      var parts = PlanParts(steps: 3, batch: size)
      parts.mixture = try gaussian.mixture()
      parts.recipe.parametrisation = .affine
      (parts.recipe.states, parts.recipe.pool) = (states, size)
      parts.recipe.learningRate = 1e-30
      let plan = try parts.plan()
      for (k, student) in try train(plan).chain.students.enumerated() {
        let (from, to) = plan.grid.segments[k]
        let affine = try #require(student.form.affine)
        let (slope, offset) = gaussian.map(from: from, to: to)
        for a in 0..<2 {
          #expect(abs(affine.offset[a] - offset[a]) < 1e-4)
          for b in 0..<2 { #expect(abs(affine.weights[a, b] - (a == b ? slope : 0)) < 1e-4) }
        }
      }
    }

    /// A stop is heard while a pool is made, before the first step of a segment, and costs nothing.
    @Test func poolsCanBeInterrupted() throws {
      var parts = PlanParts(steps: 6, batch: 10_000)
      (parts.recipe.states, parts.recipe.pool) = (.own, 20_000)
      parts.recipe.parametrisation = .residual
      let plan = try parts.plan()
      let whole = try train(plan)
      try withFolder { path in
        let folder = RunFolder(path)
        var distiller = try Distiller(starting: plan, in: folder)
        for stop in [0, 2, 4] {
          // The steps of the segment before are asked after, then each part of the pool.
          var (steps, asked) = (stop == 0 ? 0 : stop - 2, 0)
          #expect(throws: DistillationError.interrupted(segment: stop / 2, step: 0)) {
            try distiller.run(
              shouldStop: {
                asked += steps == stop ? 1 : 0
                return asked == (stop == 0 ? 2 : 3)
              }, progress: { steps = $0.totalStep })
          }
          distiller = try Distiller(resuming: folder)
        }
        try distiller.run()
        #expect(try folder.students(plan).students == whole.chain.students)
      }
    }

    /// In many dimensions a pool has fewer pairs, in few no more than the steps take.
    @Test func poolsFitIntoMemory() throws {
      func estimate(dimension d: Int, steps: Int) throws -> Double {
        var recipe = Recipe.best
        recipe.totalSteps = steps
        let gaussian = GaussianFlow(mean: Array(repeating: 0, count: d), deviation: 1)
        return try gaussian.plan(times: [1, 0.5, 0], recipe: recipe).memoryEstimate
      }
      let pool = 2 * 2 * 4 * Double(1 << 26)
      #expect(try pool..<1.5 * pool ~= estimate(dimension: 4096, steps: 10_000))
      #expect(try 0.5 * pool..<0.6 * pool ~= estimate(dimension: 64, steps: 10_000))
      #expect(try estimate(dimension: 64, steps: 10) < 0.1 * pool)
    }

    /// Pairs are drawn without repetition: a batch of the pool's size is the pool, in each step.
    @Test func anEpochIsThePool() throws {
      var parts = PlanParts(steps: 6, batch: 48)
      parts.times = [1, 0]
      (parts.recipe.pool, parts.recipe.learningRate) = (48, 1e-30)
      let losses = try train(parts.plan()).losses
      for loss in losses { #expect(abs(loss - losses[0]) < 1e-5 * losses[0]) }
      parts.recipe.pool = 0
      let fresh = try train(parts.plan()).losses
      #expect(deviation(fresh) > 1e-3 * fresh[0])
    }

    /// After its epochs a pool gives way to another, of the same law.
    @Test(arguments: [Objective.regression, .consistency, .physicsInformed])
    func poolsAreRenewed(objective: Objective) throws {
      var parts = PlanParts(steps: 6, batch: 480)
      parts.times = [1, 0]
      (parts.recipe.pool, parts.recipe.learningRate) = (480, 1e-30)
      parts.recipe.parametrisation = .residual
      parts.recipe.objective = objective
      let losses = try train(parts.plan()).losses
      parts.recipe.poolEpochs = 2
      let renewed = try train(parts.plan()).losses
      #expect(Array(renewed[..<2]) == Array(losses[..<2]))
      for step in 2..<6 { #expect(renewed[step] != losses[step]) }
      #expect(abs(renewed[4] / losses[0] - 1) < 0.2)
      guard objective == .regression else { return }
      let pairs = stride(from: 0, to: 6, by: 2).map { (renewed[$0], renewed[$0 + 1]) }
      for (one, other) in pairs { #expect(abs(one - other) < 1e-5 * one) }
      #expect(deviation(pairs.map(\.0)) > 1e-3 * losses[0])
    }

    /// The mean of the weights is taken beside the training, not in it.
    @Test func averagesDoNotTouchTheTraining() throws {
      var parts = PlanParts(steps: 31)
      parts.recipe.pool = 64
      let plain = try train(parts.plan())
      parts.recipe.averaging = 0.9
      let averaged = try train(parts.plan())
      #expect(averaged.losses == plain.losses)
      #expect(averaged.chain.students != plain.chain.students)
    }

    /// With a decay near 0 the mean is the last weights; while weights stand still it is they.
    @Test func averagesHaveTheirLimits() throws {
      var parts = PlanParts(steps: 31)
      func distance() throws -> Float {
        parts.recipe.averaging = nil
        let plain = try train(parts.plan()).chain.students
        parts.recipe.averaging = 1e-9
        let averaged = try train(parts.plan()).chain.students
        return zip(plain, averaged).flatMap { a, b in
          zip(a.network.parameters, b.network.parameters).map { abs($0 - $1) }
        }.max() ?? .infinity
      }
      #expect(try distance() < 1e-6)
      parts.recipe.learningRate = 1e-30
      #expect(try distance() == 0)
    }
  }
}
