import Arrays
public import Formats
public import Mixtures
public import ProbabilityFlow
public import Schedules

/// Everything that determines a distillation: its result is a pure function of this value.
public struct DistillationPlan: Sendable {
  /// The mixture whose flow is distilled.
  public let mixture: GaussianMixture
  /// The grid, which carries the process.
  public let grid: TimeGrid
  /// The choices of training.
  public let recipe: Recipe
  /// The seed of weights and samples.
  public let seed: UInt64

  /// A plan from its parts.
  public init(mixture: GaussianMixture, grid: TimeGrid, recipe: Recipe, seed: UInt64) {
    self.mixture = mixture
    self.grid = grid
    self.recipe = recipe
    self.seed = seed
  }

  /// The flow that is distilled.
  public var flow: ProbabilityFlow { ProbabilityFlow(mixture, grid.process) }

  /// The random stream of segment k for a purpose.
  func stream(_ purpose: String, segment k: Int) -> RandomStream {
    RandomStream(seed: seed).substream(purpose).substream(UInt64(k))
  }

  /// The `format` of the plan in run folders.
  static let fileFormat = "flowdistill.run/1"

  /// The plan as it stands in run folders.
  public var json: JSON {
    [
      "format": .string(DistillationPlan.fileFormat), "seed": .string(String(seed)),
      "recipe": recipe.json, "grid": grid.json, "mixture": mixture.json,
    ]
  }

  /// Decodes a plan from the file of a run folder.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    var reader = try JSONReader(contentsOf: path)
    try reader.format(DistillationPlan.fileFormat)
    guard let seed = UInt64(try reader.string("seed")) else {
      throw reader.error("seed", "is not a whole number from 0 to 2^64 - 1")
    }
    let recipe = try Recipe(try reader.object("recipe"))
    let grid = try TimeGrid(try reader.object("grid"))
    guard grid.end == 0 else {
      throw reader.error("grid", "ends at \(grid.end)", advice: "use a grid that ends at 0")
    }
    let mixture = try GaussianMixture(try reader.object("mixture"))
    try reader.finish()
    self.init(mixture: mixture, grid: grid, recipe: recipe, seed: seed)
  }
}
