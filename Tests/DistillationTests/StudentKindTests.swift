import Arrays
import Distillation
import Foundation
import Networks
import Stability
import TestSupport
import Testing

extension DistillationTests {
  /// Students of other kinds than one perceptron a segment on exact states.
  @Suite struct StudentKindTests {
    private static func parts(_ change: (inout Recipe) -> Void) -> PlanParts {
      var parts = PlanParts(steps: 31)
      change(&parts.recipe)
      return parts
    }

    private static let shared = parts { $0.sharing = .shared }
    private static let residualShared = parts {
      ($0.sharing, $0.parametrisation, $0.schedule) = (.shared, .residual, .cosine)
    }
    private static let own = parts { $0.states = .own }
    private static let transformer = parts {
      ($0.network, $0.blocks, $0.hiddenWidths) = (.transformer, 2, [8])
    }
    private static let scores = parts { $0.target = .score }
    private static let composition = parts {
      ($0.network, $0.blocks, $0.hiddenWidths) = (.composition, 3, [6])
    }
    private static let best = parts {
      $0.parametrisation = .residual
      ($0.schedule, $0.states) = (.cosine, .own)
      ($0.start, $0.optimiser) = (.previous, .muon)
    }
    private static let linear = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool) = (.muon, 80)
    }
    private static let affine = parts { ($0.parametrisation, $0.sharing) = (.affine, .shared) }
    /// A pool that no number of batches fills, replaced after each epoch.
    private static let pooled = parts {
      ($0.parametrisation, $0.states, $0.start) = (.residual, .own, .previous)
      ($0.pool, $0.poolEpochs, $0.averaging) = (100, 1, 0.9)
    }
    private static let pooledShared = parts {
      ($0.sharing, $0.parametrisation, $0.pool) = (.shared, .affine, 70)
    }
    /// Rounds on twelve, six and three segments.
    private static let progressive = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool, $0.objective) = (.muon, 80, .progressive)
    }
    private static let progressiveExact = parts {
      ($0.objective, $0.rounds, $0.averaging) = (.progressive, 1, 0.9)
    }
    private static let progressivePool = parts {
      ($0.objective, $0.rounds, $0.pool, $0.poolEpochs) = (.progressive, 1, 40, 2)
    }
    private static let consistency = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool, $0.objective, $0.points) = (.muon, 80, .consistency, 3)
      $0.poolEpochs = 1
    }
    private static let consistencyShared = parts {
      ($0.parametrisation, $0.sharing, $0.averaging) = (.residual, .shared, 0.9)
      ($0.objective, $0.points) = (.consistency, 3)
    }
    private static let physics = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool, $0.objective) = (.muon, 80, .physicsInformed)
      $0.poolEpochs = 1
    }
    private static let physicsExact = parts {
      ($0.parametrisation, $0.objective) = (.residual, .physicsInformed)
    }
    private static let joint = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool, $0.fineTune, $0.poolEpochs) = (.muon, 80, 0.4, 2)
    }
    private static let pretrained = parts {
      ($0.parametrisation, $0.states, $0.start) = (.linear, .own, .previous)
      ($0.optimiser, $0.pool, $0.pretraining, $0.poolEpochs) = (.muon, 80, 0.4, 1)
    }
    /// Each network from the pretrained one; joint steps at the end.
    private static let pretrainedFresh = parts {
      ($0.parametrisation, $0.pretraining, $0.fineTune) = (.residual, 0.3, 0.2)
    }
    private static let jointShared = parts {
      ($0.parametrisation, $0.sharing, $0.averaging) = (.affine, .shared, 0.9)
      $0.fineTune = 0.3
    }
    private static let jointProgressive = parts {
      ($0.objective, $0.rounds, $0.fineTune) = (.progressive, 1, 0.2)
    }
    private static let all =
      [
        affine, linear, shared, residualShared, own, transformer, scores, composition, best,
        pooled, pooledShared,
      ] + objectives
    private static let objectives = [
      progressive, progressiveExact, progressivePool, pretrained, pretrainedFresh, consistency,
      consistencyShared, physics,
      physicsExact, joint, jointShared, jointProgressive,
    ]

    /// In memory and in a folder the same is done.
    @Test(arguments: objectives.indices) func foldersDoNotMatter(kind: Int) throws {
      let plan = try StudentKindTests.objectives[kind].plan()
      let (chain, losses) = try train(plan)
      var seen: [Double] = []
      let other = try StudentChain(training: plan, progress: { seen.append($0.loss) })
      #expect(other.students == chain.students)
      #expect(seen == losses && losses.count == 31)
    }

    private func whole(_ parts: PlanParts) throws -> [Data] {
      try withFolder { path in
        try Distiller(starting: parts.plan(), in: RunFolder(path)).run()
        return try result(of: RunFolder(path))
      }
    }

    @Test(arguments: all.indices, [1, 10, 11, 20, 30, 31])
    func stoppingDoesNotMatter(kind: Int, step: Int) throws {
      let parts = StudentKindTests.all[kind]
      let expected = try whole(parts)
      for interval in [3, 1000] {
        try withFolder { path in
          let folder = RunFolder(path)
          var now = 0
          let first = try Distiller(
            starting: parts.plan(), in: folder, checkpointInterval: interval)
          #expect(throws: DistillationError.self) {
            try first.run(shouldStop: { now >= step }, progress: { now = $0.totalStep })
          }
          #expect(now == step)
          try Distiller(resuming: folder, expecting: parts.plan()).run()
          #expect(try result(of: folder) == expected)
        }
      }
    }

    /// A step too small to see leaves each network where it starts.
    @Test func networksStartFromTheOneBefore() throws {
      for start in NetworkStart.allCases {
        let parts = StudentKindTests.parts { ($0.start, $0.learningRate) = (start, 1e-30) }
        let students = try train(parts.plan()).chain.students
        for (a, b) in zip(students, students.dropFirst()) {
          let distance = zip(a.network.parameters, b.network.parameters)
            .reduce(0) { max($0, abs($1.0 - $1.1)) }
          #expect(start == .previous ? distance < 1e-20 : distance > 0.1)
        }
      }
    }

    @Test(arguments: all.indices) func threadsDoNotMatter(kind: Int) throws {
      let parts = StudentKindTests.all[kind]
      let runs = try [1, 2, 3].map { threads in try withThreads(threads) { try whole(parts) } }
      #expect(runs[1] == runs[0] && runs[2] == runs[0])
    }

    /// One network, told the time: the weights are the same, the maps are not.
    @Test func sharedStudentsShareTheirWeights() throws {
      let chain = try train(StudentKindTests.shared.plan()).chain
      #expect(chain.students.count == 3)
      #expect(chain.students.allSatisfy { $0.network == chain.students[0].network })
      #expect(chain.students[0].network.architecture.inputDimension == 2 + 6)
      #expect(Set(chain.students.map(\.form.timeFeatures)).count == 3)
      let x = Matrix([[0.5, -1], [2, 0.25]])
      let values = chain.students.map { $0(x).elements }
      #expect(values[0] != values[1] && values[1] != values[2])
    }

    /// A kill between the files of the students of one network costs no step.
    @Test func sharedStudentsAreWrittenFromTheCheckpoint() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        try Distiller(starting: StudentKindTests.shared.plan(), in: folder).run()
        let before = try result(of: folder)
        for lost in [["02"], ["01", "02"], ["00", "01", "02"]] {
          for name in lost {
            try FileManager.default.removeItem(
              atPath: folder.file("segments/\(name).safetensors"))
          }
          try Distiller(resuming: folder).run(progress: { _ in Issue.record("a step was taken") })
          #expect(try result(of: folder) == before)
        }
      }
    }

    /// The first student has nobody before it; the others see other states.
    @Test func ownStatesBeginWithTheSecondStudent() throws {
      let exact = try train(PlanParts(steps: 31).plan()).chain.students
      let own = try train(StudentKindTests.own.plan()).chain.students
      #expect(own[0] == exact[0])
      for k in [1, 2] { #expect(own[k] != exact[k] && own[k].form == exact[k].form) }
    }

    /// With a rate that changes no weight every loss estimates E‖net(z) − y‖²/d: z is where the first
    /// student takes x, and y where the flow takes that x, not z.
    @Test func ownStatesAimAtTheTrueTrajectory() throws {
      let flow = TrainingTests.gaussian
      var recipe = Recipe.paper
      recipe.hiddenWidths = [10]
      (recipe.totalSteps, recipe.batch, recipe.learningRate) = (600, 64, 1e-40)
      recipe.states = .own
      let (chain, losses) = try train(flow.plan(times: [1, 0.2, 0], recipe: recipe))
      let x = flow.sample(100_000, at: 1, seed: 5)
      let z = chain.students[0](x)
      let middle = flow.carry(x, from: 1, to: 0.2)
      func loss(_ input: Matrix<Double>, _ target: Matrix<Double>) -> Double {
        mean(zip(chain.students[1](input).elements, target.elements).map { ($0 - $1) * ($0 - $1) })
      }
      let measured = Array(losses[300...])
      let error = deviation(measured) / Double(measured.count).squareRoot()
      let y = flow.carry(middle, from: 0.2, to: 0)
      #expect(abs(mean(measured) - loss(z, y)) < 5 * error)
      // Neither the flow of the student's own state nor the exact state would do.
      #expect(abs(mean(measured) - loss(z, flow.carry(z, from: 0.2, to: 0))) > 20 * error)
      #expect(abs(mean(measured) - loss(middle, y)) > 20 * error)
    }

    @Test func scoresAreNoStudents() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        let plan = try StudentKindTests.scores.plan()
        try Distiller(starting: plan, in: folder).run()
        #expect(throws: DistillationError.scores(path: path)) { try folder.students(plan) }
        #expect(try folder.scores(plan).map(\.from) == [1, 0.3, 0.1])
      }
    }

    /// ∇ log p_t of one Gaussian is affine, (α_t μ − x)/spread², so a small network can learn it.
    @Test func scoresAreLearnt() throws {
      let flow = TrainingTests.gaussian
      var recipe = Recipe.residual
      (recipe.parametrisation, recipe.target) = (.plain, .score)
      recipe.hiddenWidths = [48]
      (recipe.totalSteps, recipe.batch, recipe.learningRate) = (1200, 128, 5e-3)
      let plan = try flow.plan(times: [1, 0], recipe: recipe)
      try withFolder { path in
        let folder = RunFolder(path)
        try Distiller(starting: plan, in: folder).run()
        let score = try folder.scores(plan)[0]
        let x = flow.sample(4000, at: 1, seed: 3)
        var exact = x
        let (alpha, spread) = (exp(-5.0), flow.spread(1))
        for i in 0..<x.rows {
          for j in 0..<x.columns {
            exact[i, j] = (alpha * flow.mean[j] - x[i, j]) / (spread * spread)
          }
        }
        let error = relativeMSE(score(x), exact)
        #expect(error < 1e-2)
        let estimate = score.scoreError(plan.flow, samples: 4000, seed: 8)
        #expect(abs(estimate.value - error) < 0.5 * error && estimate.standardError > 0)
      }
    }
  }
}
