import Distillation
import Formats
import TestSupport
import Testing

extension DistillationTests {
  /// The choices of network, states, sharing and target, and which go together.
  @Suite struct RecipeChoiceTests {
    private static let keys = [
      "network", "blocks", "states", "sharing", "target", "optimiser", "start", "published_steps",
    ]

    private func changed(_ change: (inout Recipe) -> Void) -> Recipe {
      var recipe = Recipe.paper
      recipe.hiddenWidths = [8, 8]
      change(&recipe)
      return recipe
    }

    private func read(_ json: JSON) throws -> Recipe {
      try Recipe(JSONReader(json, path: "r.json"))
    }

    @Test func choicesSurviveTheirFile() throws {
      for recipe in [
        changed { ($0.network, $0.blocks) = (.transformer, 16) },
        changed { ($0.network, $0.blocks, $0.states) = (.composition, 1000, .own) },
        changed { ($0.sharing, $0.parametrisation) = (.shared, .residual) },
        changed { ($0.target, $0.activations) = (.score, .alternating) },
        changed { ($0.teacher, $0.publishedSteps) = (.published, 10) },
        changed { $0.publishedSteps = 1_000_000 },
        changed { ($0.optimiser, $0.start) = (.muon, .previous) }, Recipe.best,
        changed { ($0.pool, $0.averaging, $0.poolEpochs) = (32, 0.999, 3) },
        changed { ($0.objective, $0.rounds, $0.fineTune) = (.progressive, 3, 0.25) },
        changed { $0.pretraining = 0.5 },
        changed {
          ($0.objective, $0.parametrisation, $0.sharing) = (.consistency, .residual, .shared)
          ($0.points, $0.targetDecay) = (7, 0)
        },
        changed { ($0.budget, $0.stepShares) = (.difficulty, [0.5, 2, 1]) },
      ] {
        #expect(recipe.problem == nil)
        #expect(try read(JSON.parse(recipe.json.bytes(), path: "r.json")) == recipe)
      }
    }

    /// Recipes written before there were such choices mean what they meant.
    @Test func earlierRecipesAreRead() throws {
      guard case .object(var object) = Recipe.paper.json else { return }
      for key in RecipeChoiceTests.keys {
        #expect(object[key] != nil, "\(key)")
        object[key] = nil
      }
      let recipe = try read(.object(object))
      #expect(recipe == Recipe.paper)
      #expect(recipe.network == .perceptron && recipe.blocks == 1 && recipe.states == .exact)
      #expect(recipe.sharing == .separate && recipe.target == .flowMap)
      #expect(recipe.publishedSteps == nil)
    }

    /// Nor had they a pool or a mean of the weights.
    @Test func recipesWithoutPoolsAreRead() throws {
      guard case .object(var object) = Recipe.paper.json else { return }
      (object["pool"], object["averaging"]) = (nil, nil)
      #expect(try read(.object(object)) == Recipe.paper)
      object["averaging"] = 0.5
      try expectRefusal(naming: "pool") { try read(.object(object)) }
    }

    /// With one of the keys, all that have no natural absence are needed.
    @Test(arguments: keys) func halfARecipeIsRefused(key: String) throws {
      guard case .object(var object) = Recipe.paper.json else { return }
      for other in RecipeChoiceTests.keys where other != key { object[other] = nil }
      try expectRefusal(naming: "is missing") { try read(.object(object)) }
    }

    @Test func impossibleChoicesAreRefused() throws {
      let wrong: [(Recipe, String)] = [
        (changed { $0.blocks = 0 }, "blocks is 0"),
        (changed { $0.blocks = 1001 }, "blocks is 1001"),
        (changed { ($0.network, $0.hiddenWidths) = (.transformer, [6]) }, "multiple of 4"),
        (changed { ($0.network, $0.objective) = (.transformer, .progressive) }, "perceptrons"),
        (changed { ($0.network, $0.fineTune) = (.composition, 0.1) }, "joint steps"),
        (changed { ($0.target, $0.objective) = (.score, .progressive) }, "by regression"),
        (changed { ($0.target, $0.fineTune) = (.score, 0.1) }, "joint steps"),
        (changed { ($0.sharing, $0.objective) = (.shared, .progressive) }, "separate"),
        (changed { ($0.sharing, $0.pretraining) = (.shared, 0.5) }, "pretraining"),
        (changed { $0.pretraining = 1 }, "pretraining"),
        (changed { ($0.parametrisation, $0.objective) = (.affine, .consistency) }, "identity"),
        (
          changed {
            ($0.parametrisation, $0.objective) = (.linear, .consistency)
            $0.teacher = .published
          }, "accurate"
        ),
        (changed { ($0.network, $0.sharing) = (.transformer, .shared) }, "only perceptrons"),
        (changed { ($0.network, $0.sharing) = (.composition, .shared) }, "only perceptrons"),
        (changed { ($0.states, $0.sharing) = (.own, .shared) }, "exact states"),
        (changed { ($0.start, $0.sharing) = (.previous, .shared) }, "fresh start"),
        (changed { ($0.target, $0.parametrisation) = (.score, .residual) }, "scores"),
        (changed { ($0.target, $0.states) = (.score, .own) }, "scores"),
        (changed { ($0.target, $0.sharing) = (.score, .shared) }, "scores"),
        (changed { ($0.target, $0.pool) = (.score, 64) }, "fresh"),
        (changed { $0.pool = 31 }, "31 trajectories"),
        (changed { $0.pool = -1 }, "-1 trajectories"),
        (changed { $0.poolEpochs = 0 }, "0 epochs"),
        (changed { $0.averaging = 1 }, "averaging is 1"),
        (changed { $0.averaging = 0 }, "averaging is 0"),
        (changed { $0.publishedSteps = 0 }, "0 steps"),
        (changed { $0.publishedSteps = 1_000_001 }, "1000001 steps"),
      ]
      for (recipe, word) in wrong {
        let problem = try #require(recipe.problem, "\(word)")
        #expect(problem.contains(word), "\(problem)")
        try expectRefusal(naming: problem) { try read(recipe.json) }
      }
    }
  }
}
