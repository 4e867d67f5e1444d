import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Schedules
import ScoreMatching
import Stability
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct LearnedTeacherTests {
    /// A teacher of two dimensions after a few steps of learning.
    private static let teacher = Result {
      try withFolder { path in
        var data = RandomStream(seed: 4).normals(rows: 200, columns: 2)
        for i in 0..<200 { data[i, 0] = 0.3 * data[i, 0] + (i % 2 == 0 ? 1 : -1) }
        var recipe = ScoreRecipe()
        (recipe.hiddenWidths, recipe.steps, recipe.batch) = ([12], 30, 64)
        var learner = try ScoreLearner(data, recipe: recipe, seed: 2)
        try learner.run(to: path + "/t.safetensors")
        return try LearnedScore(contentsOf: path + "/t.safetensors")
      }
    }

    private static func plan(
      _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> DistillationPlan {
      var parts = PlanParts(steps: 24, widths: [12], batch: 16)
      parts.recipe.parametrisation = .residual
      change(&parts.recipe)
      return DistillationPlan(
        learned: try teacher.get(),
        grid: TimeGrid(
          rule: "test", process: try OrnsteinUhlenbeck(), times: [1, 0.3, 0.1, 0],
          kind: .estimate), recipe: parts.recipe, seed: 7)
    }

    /// Whatever the objective, the learned velocity suffices, and stopping does not matter.
    @Test(arguments: Objective.allCases) func allObjectivesTakeIt(objective: Objective) throws {
      try withFolder { path in
        let plan = try Self.plan {
          ($0.objective, $0.rounds, $0.points, $0.fineTune) = (objective, 1, 4, 0.3)
        }
        let folder = RunFolder(path + "/run")
        var now = 0
        let first = try Distiller(starting: plan, in: folder)
        #expect(throws: DistillationError.self) {
          try first.run(shouldStop: { now >= 7 }, progress: { now = $0.totalStep })
        }
        try Distiller(resuming: folder).run()
        #expect(try folder.students(plan).students == StudentChain(training: plan).students)
      }
    }

    /// The folder alone gives back plan and teacher, and the evaluation has no likelihood.
    @Test func aRunFromEndToEnd() throws {
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        let plan = try Self.plan {
          $0.states = .own
          $0.start = .previous
        }
        try Distiller(starting: plan, in: folder).run()
        let read = try folder.plan()
        #expect(read.learned == plan.learned)
        #expect(read.json.text(.compact) == plan.json.text(.compact))
        #expect(!FileReader.exists(folder.file("mixture.json")))
        let students = try folder.students(read)
        var evaluation = try Evaluation(students, plan: read, samples: 60, seed: 1)
        #expect(evaluation.negativeLogLikelihood == nil)
        #expect(evaluation.segments.allSatisfy { $0.certifiedAmplification == nil })
        #expect(abs(evaluation.segments.reduce(0) { $0 + $1.share } - 1) < 1e-5)
        #expect(evaluation.budgetDefect < 1e-3 && evaluation.teacherError < 1e-3)
        let data = try plan.distilled.sample(
          100, at: 0, tolerance: 1e-6, from: RandomStream(seed: 99))
        evaluation.quality = try SampleQuality(students, plan: read, data: data, seed: 1)
        let file = folder.file("evaluation.json")
        try evaluation.json.write(to: file)
        let again = try Evaluation(contentsOf: file)
        #expect(again.json.text(.compact) == evaluation.json.text(.compact))
        #expect(again.quality == evaluation.quality)
      }
    }

    /// A learned score is planned by its measured rates: half of their integral lies before the middle time.
    @Test func learnedScoresArePlanned() throws {
      let flow = LearnedFlow(try Self.teacher.get(), try OrnsteinUhlenbeck())
      let planner = try SegmentationPlanner(flow, recipe: Self.plan().recipe, seed: 3)
      let times = planner.plan(segments: 2).grid.times
      let (t, rates) = try flow.stabilityProfile(samples: 256, seed: 3)
      func integral(to end: Double) -> Double {
        var sum = 0.0
        for (k, b) in t.enumerated().dropFirst() where t[k - 1] < end {
          let (a, upper) = (t[k - 1], min(b, end))
          let slope = (rates[k].value - rates[k - 1].value) / (b - a)
          sum += (upper - a) * (rates[k - 1].value + slope * (upper - a) / 2)
        }
        return sum
      }
      #expect(abs(integral(to: times[1]) / integral(to: times[0]) - 0.5) < 0.01)
      let planned = try planner.predicting(planner.plan(segments: 2))
      #expect(try #require(planned.prediction).relativeError > 0)
    }

    /// Evaluated against itself the teacher has no error; against data of its own law, the floor.
    @Test func qualityOfThePerfect() throws {
      let plan = try Self.plan()
      let data = try plan.distilled.sample(
        2000, at: 0, tolerance: 1e-6, from: RandomStream(seed: 99))
      let quality = try SampleQuality(
        StudentChain([affineStudent(0, [3, 3], from: 1, to: 0)]), plan: plan, data: data, seed: 1)
      #expect(quality.sampleCount == 2000)
      #expect(quality.teacher.value < 2 * quality.floor.value + 0.02)
      #expect(quality.students.value > 2)
    }

    @Test func resumption() throws {
      try withFolder { path in
        let plan = try Self.plan()
        let (whole, part) = (RunFolder(path + "/whole"), RunFolder(path + "/part"))
        try Distiller(starting: plan, in: whole).run()
        let first = try Distiller(starting: plan, in: part, checkpointInterval: 3)
        var count = 0
        #expect(throws: DistillationError.self) {
          try first.run(shouldStop: {
            count += 1
            return count == 11
          })
        }
        try Distiller(resuming: part, expecting: plan).run()
        #expect(try result(of: part) == result(of: whole))
      }
    }

    /// A folder whose teacher is another's, damaged or gone says so.
    @Test func foreignTeachers() throws {
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        _ = try Distiller(starting: try Self.plan(), in: folder)
        let file = folder.file("teacher.safetensors")
        let teacher = try Self.teacher.get()
        let other = LearnedScore(
          moments: teacher.moments,
          network: Network(
            teacher.network.architecture,
            parameters: teacher.network.parameters.map { $0 * 1.5 }), record: teacher.record)
        try other.file.write(to: file)
        #expect { try folder.plan() } throws: { "\($0)".contains("fingerprint") }
        try FileManager.default.removeItem(atPath: file)
        #expect { try folder.plan() } throws: { "\($0)".contains("no such file") }
      }
    }

    @Test func whatNeedsAMixtureIsRefused() throws {
      #expect(try Self.plan().problem == nil)
      #expect(try Self.plan { $0.teacher = .published }.problem?.contains("published") == true)
      #expect(
        try Self.plan { $0 = .constructed(StudentConstruction()) }.problem?
          .contains("constructed") == true)
      let mixture = try PlanParts().plan()
      #expect(mixture.problem == nil && mixture.distilled.learned == nil)
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        _ = try Distiller(starting: try Self.plan(), in: folder)
        #expect(throws: DistillationError.otherPlan(path: folder.path, difference: "teacher")) {
          _ = try Distiller(resuming: folder, expecting: mixture)
        }
      }
    }
  }
}
