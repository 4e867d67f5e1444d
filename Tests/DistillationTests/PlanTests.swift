import Distillation
import Formats
import Foundation
import Mixtures
import Schedules
import Stability
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct PlanTests {
    @Test(arguments: Recipe.all) func recipesSurviveTheirFile(named: Recipe) throws {
      var changed = named
      changed.name = "custom"
      changed.hiddenWidths = [3, 70, 5]
      changed.activations = .alternating
      changed.parameterBound = 0.1 + 0.2
      // Where the teacher is asked for no end points, none can be published.
      let takesTime = [.consistency, .physicsInformed].contains(named.objective)
      changed.teacher = takesTime ? .accurate : .published
      changed.weightDecay = 1e-5
      changed.gradientNorm = .infinity
      for recipe in [named, changed] {
        let json = try JSON.parse(recipe.json.bytes(), path: "recipe")
        #expect(try Recipe(JSONReader(json, path: "recipe")) == recipe)
        #expect(recipe.problem == nil)
      }
    }

    @Test(arguments: [0, 1, .max] as [UInt64]) func plansSurviveTheirFile(seed: UInt64) throws {
      var parts = PlanParts()
      parts.seed = seed
      parts.beta = 0.1 + 0.2
      parts.times = [1, 0.1 + 0.2, 1e-17, 0]
      let plan = try parts.plan()
      try withFolder { path in
        _ = try Distiller(starting: plan, in: RunFolder(path + "/a/b/run"))
        let read = try RunFolder(path + "/a/b/run/").plan()
        #expect(read.json == plan.json)
        #expect(read.seed == seed)
        #expect(read.mixture == plan.mixture)
        #expect(read.grid.times == plan.grid.times)
      }
    }

    /// A wrong value for each choice, and the word that the refusal must contain.
    static let wrong: [(key: String, value: JSON, word: String)] = [
      ("parametrisation", "other", "plain, residual"), ("activations", "gelu", "relu, alternating"),
      ("hidden_widths", [], "no hidden layer"), ("hidden_widths", [8, 0], "width 0"),
      ("hidden_widths", [8, 1.5], "whole number"), ("hidden_widths", [9_000_000_000], "width"),
      ("hidden_widths", "8", "hidden_widths"), ("total_steps", 0, "steps is 0"),
      ("total_steps", .integer(.max), "steps is"), ("batch", -1, "batch size is -1"),
      ("learning_rate", 0, "learning rate"), ("learning_rate", "infinity", "learning_rate"),
      ("schedule", "linear", "constant, cosine"), ("weight_decay", -0.5, "weight decay"),
      ("gradient_norm", 0, "gradient norm"), ("parameter_bound", 0, "parameter bound"),
      ("parameter_bound", "infinity", "parameter_bound"), ("teacher", "rk4", "accurate, published"),
      ("teacher_tolerance", 1, "tolerance"), ("learnig_rate", 1, "'learning_rate'"),
      ("network", "cnn", "perceptron, transformer, composition"), ("blocks", 0, "blocks is 0"),
      ("states", "mine", "exact, own"), ("sharing", "all", "separate, shared"),
      ("target", "noise", "flow-map, score"), ("published_steps", 0, "0 steps"),
      ("pool", 3, "3 trajectories"), ("averaging", 2, "averaging is 2"),
      ("pool_epochs", -1, "-1 epochs"),
      ("objective", "other", "regression, progressive, consistency, physics-informed"),
      ("rounds", 0, "halvings is 0"), ("points", 1, "cells of a segment is 1"),
      ("target_decay", 1, "target network is 1"), ("fine_tune", 1, "joint steps is 1"),
      ("objective", "physics-informed", "begin with the identity"),
      ("budget", "mine", "even, difficulty"), ("step_shares", .numbers([1, 0]), "shares"),
    ]

    @Test(arguments: wrong.indices) func wrongRecipesAreRefused(index: Int) throws {
      let (key, value, word) = PlanTests.wrong[index]
      guard case .object(var object) = Recipe.paper.json else { return }
      object[key] = value
      try expectRefusal(naming: word) { try Recipe(JSONReader(.object(object), path: "r.json")) }
    }

    @Test func everyKeyIsNeeded() throws {
      guard case .object(let object) = Recipe.paper.json else { return }
      let optional = [
        "parameter_bound", "published_steps", "averaging", "step_shares", "pool_epochs",
      ]
      for key in object.keys where !optional.contains(key) {
        var rest = object
        rest[key] = nil
        try expectRefusal(naming: "'\(key)' is missing") {
          try Recipe(JSONReader(.object(rest), path: "r.json"))
        }
      }
    }

    @Test func wrongPlansAreRefused() throws {
      let plan = try PlanParts().plan()
      let wrong: [(key: String, value: JSON?, word: String)] = [
        ("format", "flowdistill.run/2", "flowdistill.run/1"), ("seed", "-1", "seed"),
        ("seed", 3, "seed"), ("seed", "18446744073709551616", "seed"), ("grid", nil, "'grid'"),
        ("mixture", [], "mixture"), ("comment", "hello", "'comment'"),
        ("grid", changed(plan.grid.json, "times", [1, 0.5, 0.5, 0]), "times"),
        ("grid", changed(plan.grid.json, "times", [1, 0.5, 0.1]), "times"),
        ("grid", changed(plan.grid.json, "times", [0.9, 0.5, 0.1, 0]), "times"),
        ("recipe", changed(plan.recipe.json, "batch", 0), "batch size is 0"),
      ]
      try withFolder { path in
        for (key, value, word) in wrong {
          try changed(plan.json, key, value).write(to: path + "/plan.json")
          try expectRefusal(naming: word) { try RunFolder(path).plan() }
        }
        try Data("{".utf8).write(to: URL(filePath: path + "/plan.json"))
        try expectRefusal(naming: "plan.json") { try RunFolder(path).plan() }
      }
    }

    @Test func stepsAreSharedOutEvenly() {
      for total in [1, 5, 17, 100, 100_000, 1_000_000_000] {
        for n in [1, 2, 3, 7, 16, 1_000_000] {
          var recipe = Recipe.paper
          recipe.totalSteps = total
          let first = (0..<min(n, 50)).map { recipe.steps(segment: $0, of: n) }
          #expect(first.allSatisfy { $0 == total / n || $0 == (total + n - 1) / n })
          if n <= 50 { #expect(first.reduce(0, +) == total) }
        }
      }
    }

    private func changed(_ json: JSON, _ key: String, _ value: JSON?) -> JSON {
      guard case .object(var object) = json else { return json }
      object[key] = value
      return .object(object)
    }
  }
}

/// Expects a one-line `FormatError` that contains the word.
func expectRefusal<T>(
  naming word: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> T
) throws {
  let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) {
    _ = try body()
  }
  let text = error?.description ?? ""
  #expect(text.contains(word) && !text.contains("\n"), "\(text)", sourceLocation: sourceLocation)
}
