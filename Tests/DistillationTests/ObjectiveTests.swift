import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import Networks
import Schedules
import Stability
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct ObjectiveTests {
    /// The same as `best`, small.
    private static func recipe(_ objective: Objective, steps: Int) -> Recipe {
      var recipe = Recipe.best
      recipe.take(objective)
      (recipe.hiddenWidths, recipe.batch, recipe.totalSteps) = ([48], 128, steps)
      recipe.pool = 4096
      return recipe
    }

    /// The flow of one Gaussian is affine: whatever the objective, a linear path can learn it.
    @Test(arguments: Objective.allCases) func learnsTheFlowOfOneGaussian(objective: Objective)
      throws
    {
      let flow = TrainingTests.gaussian
      let plan = try flow.plan(
        times: [1, 0.15, 0], recipe: Self.recipe(objective, steps: 2400))
      let chain = try StudentChain(training: plan)
      let x = flow.sample(4000, at: 1, seed: 99)
      // The best constant student is at .15, the identity at 1.3.
      #expect(relativeMSE(chain(x), flow.carry(x, from: 1, to: 0)) < 5e-3)
    }

    /// Differences of the loss, in double precision, along random directions of all weights.
    @Test(arguments: Parametrisation.allCases, [false, true])
    func jointGradientIsThatOfTheLoss(parametrisation: Parametrisation, isShared: Bool) throws {
      let (d, count) = (3, 20)
      let random = RandomStream(seed: 5)
      let (x, y) = (
        random.normals(rows: count, columns: d),
        random.substream("y").normals(rows: count, columns: d)
      )
      let features: [Float] = isShared ? [0.25, -0.5] : []
      let architecture = StudentArchitecture.perceptron(
        .mlp(
          dimensions: [d + features.count, 9, 8, d], activations: [.relu, .requ],
          hasLinearPath: parametrisation == .linear))
      let forms = (0..<3).map { k in
        let skip: AffineSkip? =
          switch parametrisation {
          case .plain, .residual: nil
          case .affine: AffineSkip(x, to: random.normals(rows: count, columns: d))
          case .linear: AffineSkip(scaling: x)
          }
        return StudentForm(
          parametrisation: parametrisation, scale: parametrisation == .plain ? 1 : 0.7,
          from: Double(3 - k), to: Double(2 - k), timeFeatures: features, affine: skip)
      }
      let networks = (0..<(isShared ? 1 : 3)).map {
        StudentNetwork(architecture, random: random.substream(UInt64($0)))
      }
      let pass = ChainGradient(forms, isShared: isShared)
      var tapes = forms.map { _ in StudentTape(architecture, batch: count) }
      let (value, gradients) = pass(networks, x, target: y, &tapes)

      func loss(_ networks: [StudentNetwork]) -> Double {
        var state = x
        for (k, form) in forms.enumerated() {
          let seen = form.affine?.scaled(state) ?? state
          var input = Matrix<Double>(rows: count, columns: d + features.count)
          for i in 0..<count {
            for j in 0..<d { input[i, j] = seen[i, j] }
            for (j, feature) in features.enumerated() { input[i, d + j] = Double(feature) }
          }
          let output = networks[pass.network(k)].perceptron!(input)
          var next = form.base(state) ?? Matrix(rows: count, columns: d)
          for i in next.elements.indices {
            next.elements[i] += form.scale * output.elements[i]
          }
          state = next
        }
        return zip(state.elements, y.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          / Double(count * d)
      }
      #expect(abs(value / loss(networks) - 1) < 1e-5)
      for k in networks.indices {
        let direction = random.substream("direction \(k)")
          .normals(rows: 1, columns: networks[k].parameterCount).elements
        func moved(_ step: Double) -> [StudentNetwork] {
          var result = networks
          for i in direction.indices { result[k].parameters[i] += Float(step * direction[i]) }
          return result
        }
        let (above, below) = (moved(1e-4), moved(-1e-4))
        // Along what single precision made of the step.
        let expected = zip(gradients[k], zip(above[k].parameters, below[k].parameters))
          .reduce(0) { $0 + Double($1.0) * (Double($1.1.0) - Double($1.1.1)) }
        let difference = loss(above) - loss(below)
        #expect(abs(difference / expected - 1) < 2e-3, "\(difference) \(expected)")
      }
    }

    /// Where the velocity vanishes nothing is stopped from passing gradients: they are differences of the loss.
    @Test func physicsInformedGradientIsThatOfTheLoss() throws {
      let process = try VarianceExploding(horizon: 80)
      let mixture = try GaussianMixture(
        weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([1e14]))
      var recipe = Self.recipe(.physicsInformed, steps: 1)
      (recipe.pool, recipe.points, recipe.states) = (0, 5, .exact)
      let plan = DistillationPlan(
        mixture: mixture,
        grid: TimeGrid(
          rule: "test", process: process, times: [process.horizon, 0], kind: .estimate),
        recipe: recipe, seed: 3)
      let x = RandomStream(seed: 1).normals(rows: 1000, columns: 2)
      let fitted = StudentForm(physicsInformed: plan, segment: 0, at: x)
      let form = StudentForm(
        parametrisation: .linear, scale: 1e7, from: fitted.from, to: fitted.to,
        timeFeatures: fitted.timeFeatures,
        affine: AffineSkip(
          weights: .identity(2), offset: [0, 0], mean: [0, 0], deviation: 1e7))
      var physics = PhysicsInformedLoss(plan, segment: 0, form, after: [])
      let architecture = plan.architecture(segment: 0)
      let network = StudentNetwork(architecture, random: RandomStream(seed: 2))
      var tape = StudentTape(architecture, batch: 2 * 40)
      func loss(_ network: StudentNetwork) throws -> Double {
        try physics(network, &tape, count: 40, step: 0)
      }
      _ = try loss(network)
      let gradient = tape.gradient
      let direction = RandomStream(seed: 4)
        .normals(rows: 1, columns: network.parameterCount).elements
      var (above, below) = (network, network)
      for i in direction.indices {
        above.parameters[i] += Float(1e-3 * direction[i])
        below.parameters[i] -= Float(1e-3 * direction[i])
      }
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * 2e-3 * $1.1 }
      let difference = try loss(above) - loss(below)
      #expect(abs(difference / expected - 1) < 1e-2, "\(difference) \(expected)")
    }

    /// With a rate that changes nothing, each student keeps the weights of the first of the two before it.
    @Test func halvedStudentsStartFromTheFirstOfTwo() throws {
      var parts = PlanParts(steps: 40)
      (parts.recipe.objective, parts.recipe.learningRate) = (.progressive, 1e-30)
      try withFolder { path in
        try Distiller(starting: parts.plan(), in: RunFolder(path)).run()
        let stages = try parts.plan().trainingStages
        #expect(stages.map(\.segments.lowerBound) == Array(0..<12) + Array(0..<6) + Array(0..<3))
        #expect(stages.reduce(0) { $0 + $1.steps } == 40)
        func student(_ round: Int, _ k: Int) throws -> Student {
          let stage = stages.first { $0.round == round && $0.network == k }!
          return try StudentFile.read(
            RunFolder(path).file(stage, segment: k), plan: stage.plan, segment: k)
        }
        for (round, n) in [(1, 6), (2, 3)] {
          for k in 0..<n {
            let (first, now) = (try student(round - 1, 2 * k), try student(round, k))
            let distance = zip(first.network.parameters, now.network.parameters)
              .reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(distance < 1e-20 && first.from == now.from && first.to > now.to)
            #expect(try student(round - 1, 2 * k + 1).to == now.to)
          }
        }
      }
    }

    /// Joint steps do not touch the students that they began with, and are taken from the same total.
    @Test func jointStepsLowerTheError() throws {
      var recipe = Self.recipe(.regression, steps: 400)
      (recipe.pretraining, recipe.fineTune) = (0, 0.9)
      let flow = TrainingTests.gaussian
      let plan = try flow.plan(times: [1, 0.15, 0], recipe: recipe)
      #expect(plan.trainingStages.map(\.steps) == [20, 20, 360])
      try withFolder { path in
        let folder = RunFolder(path)
        try Distiller(starting: plan, in: folder).run()
        let x = flow.sample(4000, at: 1, seed: 99)
        let exact = flow.carry(x, from: 1, to: 0)
        let stages = plan.trainingStages
        let before = try folder.finished(before: stages[2], among: stages).roundBefore
        let error = relativeMSE(StudentChain(before)(x), exact)
        let after = relativeMSE(try folder.students(plan)(x), exact)
        #expect(after < 0.5 * error, "\(after) \(error)")
        // A kill between the files of the joint stage costs no step.
        let whole = try result(of: folder)
        try FileManager.default.removeItem(atPath: folder.file("segments/01.safetensors"))
        try Distiller(resuming: folder).run(progress: { _ in Issue.record("a step was taken") })
        #expect(try result(of: folder) == whole)
      }
    }

    @Test func tooFewStepsAreRefused() throws {
      var parts = PlanParts(steps: 20)
      parts.recipe.objective = .progressive
      #expect(try parts.plan().stepProblem?.contains("20 steps leave none") == true)
      parts.recipe.totalSteps = 36
      #expect(try parts.plan().stepProblem == nil)
      parts.times = [1, .leastNonzeroMagnitude, 0]
      #expect(try parts.plan().problem?.contains("too short to be halved") == true)
    }

    /// Refused where the scale of states changes by factors, in the plan and in its file.
    @Test(arguments: [Objective.consistency, .physicsInformed])
    func scalesThatChangeAreRefused(objective: Objective) throws {
      let process = try VarianceExploding(horizon: 80)
      let plan = DistillationPlan(
        mixture: try TrainingTests.gaussian.mixture(),
        grid: TimeGrid(rule: "test", process: process, times: [80, 1, 0], kind: .estimate),
        recipe: Self.recipe(objective, steps: 10), seed: 1)
      #expect(plan.problem?.contains("keeps the scale of states") == true)
      try withFolder { path in
        try plan.json.write(to: path + "/plan.json")
        try expectRefusal(naming: "keeps the scale of states") { try RunFolder(path).plan() }
      }
    }

    /// Boundary and beginning of a student that takes the time.
    @Test(arguments: [Objective.consistency, .physicsInformed])
    func cellsEndInTheStudentsFlowMap(objective: Objective) throws {
      let plan = try TrainingTests.gaussian.plan(
        times: [1, 0.15, 0], recipe: Self.recipe(objective, steps: 10))
      let x = RandomStream(seed: 3).normals(rows: 5, columns: 3)
      let form = StudentForm(
        parametrisation: .linear, scale: 0.5, from: 0.15, to: 0,
        timeFeatures: plan.timeFeatures(segment: 1), affine: AffineSkip(scaling: x))
      let cells = SegmentCells(plan, form)
      let (map, fixed) = objective == .consistency ? (0, cells.count) : (cells.count, 0)
      let numbers = { (number: Int) in [Int](repeating: number, count: 5) }
      #expect(cells.input(x, at: numbers(map)) == form.input(x))
      let output = Matrix<Float>(rows: 5, columns: 3, repeating: 2)
      #expect(cells.state(x, output, at: numbers(map)) == form.state(x, output))
      #expect(cells.state(x, output, at: numbers(fixed)) == x)
      let process = plan.grid.process
      for (t, angle) in zip(cells.times, cells.angles) {
        #expect(abs(process.noiseAngle(t) - angle) < 1e-9)
        guard t > 1e-3 else { continue }
        let h = 1e-5 * t
        let slope = 2 * h / (process.noiseAngle(t + h) - process.noiseAngle(t - h))
        #expect(abs(process.timePerAngle(t) / slope - 1) < 1e-6)
      }
    }
  }
}
