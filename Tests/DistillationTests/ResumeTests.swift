import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct ResumeTests {
    /// The uninterrupted run: segments of 10, 10 and 11 steps.
    static let parts = PlanParts(steps: 31)
    static let whole = Result {
      try withFolder { path in
        let folder = RunFolder(path)
        try Distiller(starting: parts.plan(), in: folder).run()
        return try result(of: folder)
      }
    }

    private func distil(
      _ distiller: Distiller, stoppingAt limit: Int, _ seen: inout Int
    ) throws -> Bool {
      var now = 0
      do {
        try distiller.run(shouldStop: { now >= limit }, progress: { now = $0.totalStep })
        seen = now
        return true
      } catch DistillationError.interrupted {
        #expect(now == limit)
        return false
      }
    }

    @Test(arguments: [1, 4, 9, 10, 11, 20, 30, 31], [3, 1000])
    func stoppingDoesNotMatter(step: Int, interval: Int) throws {
      try withFolder { path in
        let folder = RunFolder(path)
        var seen = 0
        let distiller = try Distiller(
          starting: ResumeTests.parts.plan(), in: folder, checkpointInterval: interval)
        #expect(try distil(distiller, stoppingAt: step, &seen) == false)
        #expect(throws: DistillationError.self) { try folder.students(folder.plan()) }
        try Distiller(resuming: folder, expecting: ResumeTests.parts.plan()).run()
        #expect(try result(of: folder) == ResumeTests.whole.get())
        // Once more changes nothing.
        try Distiller(resuming: folder).run()
        #expect(try result(of: folder) == ResumeTests.whole.get())
      }
    }

    @Test func stoppingAgainAndAgainDoesNotMatter() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        _ = try Distiller(starting: ResumeTests.parts.plan(), in: folder)
        var seen = 0
        for stop in stride(from: 3, to: 31, by: 3) {
          #expect(try distil(Distiller(resuming: folder), stoppingAt: stop, &seen) == false)
        }
        #expect(try distil(Distiller(resuming: folder), stoppingAt: 99, &seen))
        #expect(seen == 31)
        #expect(try result(of: folder) == ResumeTests.whole.get())
      }
    }

    /// What a kill leaves behind is the folder as it stands: copied here and there and gone on with.
    @Test func killsDoNotMatter() throws {
      try withFolder { path in
        let folder = RunFolder(path + "/run")
        var copies: [String] = []
        let distiller = try Distiller(
          starting: ResumeTests.parts.plan(), in: folder, checkpointInterval: 4)
        try distiller.run(progress: { now in
          guard now.totalStep % 4 != 2 else { return }
          copies.append("\(path)/copy-\(now.totalStep)")
          try? FileManager.default.copyItem(atPath: folder.path, toPath: copies[copies.count - 1])
        })
        #expect(copies.count == 23)
        for copy in copies {
          try Distiller(resuming: RunFolder(copy)).run()
          #expect(try result(of: RunFolder(copy)) == ResumeTests.whole.get(), "\(copy)")
        }
      }
    }

    @Test func threadsDoNotMatter() throws {
      var parts = PlanParts(steps: 12, widths: [150, 130], batch: 300)
      parts.recipe.parametrisation = .residual
      let runs = try [1, 2, 3].map { threads in
        try withThreads(threads) {
          try withFolder { path in
            try Distiller(starting: parts.plan(), in: RunFolder(path)).run()
            return try result(of: RunFolder(path))
          }
        }
      }
      #expect(runs[1] == runs[0])
      #expect(runs[2] == runs[0])
    }

    @Test func anotherPlanIsRefused() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        _ = try Distiller(starting: ResumeTests.parts.plan(), in: folder)
        var (seed, beta, times, recipe, mixture) = (
          ResumeTests.parts, ResumeTests.parts, ResumeTests.parts, ResumeTests.parts,
          ResumeTests.parts
        )
        seed.seed += 1
        beta.beta = 4
        times.times[1] = 0.5
        recipe.recipe.batch += 1
        mixture.mixture = try GaussianFlow(mean: [0, 1], deviation: 1).mixture()
        let others = [
          ("seed", seed), ("process", beta), ("grid", times), ("recipe", recipe),
          ("mixture", mixture),
        ]
        for (word, other) in others {
          #expect(throws: DistillationError.otherPlan(path: path, difference: word)) {
            try Distiller(resuming: folder, expecting: other.plan())
          }
        }
        #expect(throws: DistillationError.alreadyExists(path: path)) {
          try Distiller(starting: ResumeTests.parts.plan(), in: folder)
        }
      }
    }

    /// Parts of a run whose plan is lost must not become another run's students.
    @Test func leftoversAreNotTaken() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        try Distiller(starting: ResumeTests.parts.plan(), in: folder).run()
        try FileManager.default.removeItem(atPath: folder.file("plan.json"))
        #expect(throws: DistillationError.alreadyExists(path: path)) {
          try Distiller(starting: ResumeTests.parts.plan(), in: folder)
        }
        #expect(throws: DistillationError.file(.notFound(path: folder.file("plan.json")))) {
          try Distiller(resuming: folder)
        }
      }
    }

    @Test func metricsTellTheWholeStory() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        var parts = PlanParts(steps: 250, widths: [4], batch: 4)
        parts.times = [1, 0]
        parts.recipe.schedule = .cosine
        var (losses, now): ([Double], Int) = ([], 0)
        let first = try Distiller(starting: parts.plan(), in: folder, checkpointInterval: 60)
        #expect(throws: DistillationError.interrupted(segment: 0, step: 130)) {
          try first.run(
            shouldStop: { now == 130 },
            progress: {
              now = $0.totalStep
              losses.append($0.loss)
            })
        }
        try Distiller(resuming: folder).run(progress: { losses.append($0.loss) })
        let lines = try String(decoding: bytes(folder.file("metrics.jsonl")), as: UTF8.self)
          .split(separator: "\n")
        #expect(lines.count == 3)
        for (line, step) in zip(lines, [100, 200, 250]) {
          var reader = try JSONReader(JSON.parse(Array(line.utf8), path: "m"), path: "m")
          #expect(try reader.integer("step") == step)
          #expect(try reader.integer("segment") == 0)
          #expect(try reader.number("loss") == losses[step - 1])
          let peak = 0.5 * (1 + cos(Double.pi * Double(step - 1 - 5) / 245))
          #expect(abs(try reader.number("learning_rate") / (3e-3 * peak) - 1) < 1e-3)
          try reader.finish()
        }
      }
    }
  }
}
