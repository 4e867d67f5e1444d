import Arrays
import Construction
import Distillation
import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import Stability
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct ConstructedStudentTests {
    private func plan(_ construction: StudentConstruction) throws -> DistillationPlan {
      var parts = PlanParts()
      parts.recipe = .constructed(construction)
      return try parts.plan()
    }

    /// The students stand in a run like trained ones: chain, budget, certificates.
    @Test(arguments: FlowMapRule.allCases) func constructedStudentsAreEvaluated(
      scheme: FlowMapRule
    ) throws {
      let plan = try plan(
        StudentConstruction(scheme: scheme, stepsPerSegment: 6, tolerance: 1e-5))
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        var calls: [Int] = []
        try Distiller(starting: plan, in: folder).run(progress: { calls.append($0.totalStep) })
        #expect(calls == [1, 2, 3])
        let chain = try folder.students(folder.plan())
        #expect(chain.constructed.count == 3 && chain.students.isEmpty)
        let evaluation = try Evaluation(chain, plan: plan, samples: 300, seed: 3)
        #expect(evaluation.relativeError.value < (scheme == .euler ? 0.05 : 1e-4))
        #expect(abs(evaluation.segments.reduce(0) { $0 + $1.share } - 1) < 1e-6)
        // The first segment starts from p_T itself, where the certificate holds.
        #expect(evaluation.segments[0].localError <= chain.constructed[0].errorBound)
        for lipschitz in chain.lipschitz(plan) {
          #expect(lipschitz.global == .infinity && lipschitz.reason != nil)
        }
      }
    }

    /// A run goes on from any of its students with the same bytes, and its plan reads back.
    @Test func anInterruptedRunGoesOn() throws {
      let plan = try plan(StudentConstruction(scheme: .heun, stepsPerSegment: 2, tolerance: 1e-3))
      try withFolder { path in
        let (whole, stopped) = (RunFolder(path + "/whole"), RunFolder(path + "/stopped"))
        try Distiller(starting: plan, in: whole).run()
        var done = 0
        #expect(throws: DistillationError.interrupted(segment: 1, step: 0)) {
          try Distiller(starting: plan, in: stopped).run(
            shouldStop: { done == 1 }, progress: { done = $0.totalStep })
        }
        #expect(stopped.finishedSegments(of: 3) == 1)
        #expect(throws: DistillationError.self) { try stopped.students(plan) }
        try Distiller(resuming: stopped, expecting: plan).run()
        for k in 0..<3 {
          let name = "segments/0\(k).safetensors"
          #expect(try bytes(whole.file(name)) == bytes(stopped.file(name)))
        }
        #expect(try whole.plan().recipe == plan.recipe)
        let other = try self.plan(StudentConstruction(scheme: .heun, stepsPerSegment: 3))
        #expect(throws: DistillationError.otherPlan(path: whole.path, difference: "recipe")) {
          try Distiller(resuming: whole, expecting: other)
        }
      }
    }

    /// A student of another segment, or no student at all, is refused by name.
    @Test func damagedStudentsAreRefused() throws {
      let plan = try plan(StudentConstruction(scheme: .euler, stepsPerSegment: 1, tolerance: 1e-2))
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        try Distiller(starting: plan, in: folder).run()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("segments"))
          .sorted().map { URL(filePath: folder.file("segments/\($0)")) }
        let first = try Data(contentsOf: files[0])
        for damage in [try Data(contentsOf: files[1]), first.dropLast(9), Data()] {
          try damage.write(to: files[0])
          let error = #expect(throws: DistillationError.self) { try folder.students(plan) }
          #expect("\(try #require(error))".contains("00.safetensors"))
        }
        try first.write(to: files[0])
        #expect(try folder.students(plan).constructed.count == 3)
      }
    }

    @Test(arguments: [
      ("scheme", JSON.string("rk5"), "euler, heun, rk4"), ("tolerance", 0, "tolerance"),
      ("steps_per_segment", 1.5, "whole number"), ("steps_per_segment", 0, "steps"),
      ("tolerence", 1, "unknown"),
    ]) func wrongConstructionsAreRefused(key: String, value: JSON, word: String) throws {
      guard case .object(var recipe) = Recipe.constructed(StudentConstruction()).json,
        case .object(var object)? = recipe["construction"]
      else { throw CancellationError() }
      object[key] = value
      recipe["construction"] = .object(object)
      let error = #expect(throws: FormatError.self) {
        try Recipe(JSONReader(.object(recipe), path: "r.json"))
      }
      #expect("\(try #require(error))".contains(word))
    }

    @Test func otherMixturesCannotBeConstructed() throws {
      var parts = PlanParts()
      parts.recipe = .constructed(StudentConstruction())
      parts.mixture = try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[0, 1], [1, 0]]),
        covariances: .spherical([0.1, 0.2]))
      let plan = try parts.plan()
      try withFolder { path in
        _ = #expect(throws: DistillationError.construction(.anisotropicCovariance)) {
          try Distiller(starting: plan, in: RunFolder(path + "/run")).run()
        }
      }
      #expect(StudentConstruction(stepsPerSegment: 0).problem != nil)
      #expect(StudentConstruction(tolerance: .infinity).problem != nil)
      #expect(StudentConstruction().problem == nil)
    }
  }
}
