import Arrays
public import Formats
public import Mixtures
public import ProbabilityFlow
public import Schedules
public import ScoreMatching

/// Everything that determines a distillation: its result is a pure function of this value.
public struct DistillationPlan: Sendable {
  /// The mixture whose flow is distilled; with a learned score, the Gaussian of the data's moments,
  /// which is right at the horizon alone.
  public let mixture: GaussianMixture
  /// The learned score whose flow is distilled, if it is not a mixture's.
  public let learned: LearnedScore?
  /// The grid, which carries the process.
  public let grid: TimeGrid
  /// The choices of training.
  public let recipe: Recipe
  /// The seed of weights and samples.
  public let seed: UInt64

  /// A plan from its parts.
  public init(mixture: GaussianMixture, grid: TimeGrid, recipe: Recipe, seed: UInt64) {
    self.mixture = mixture
    learned = nil
    self.grid = grid
    self.recipe = recipe
    self.seed = seed
  }

  /// A plan that distils a learned score.
  public init(learned: LearnedScore, grid: TimeGrid, recipe: Recipe, seed: UInt64) {
    mixture = learned.moments.gaussian
    self.learned = learned
    self.grid = grid
    self.recipe = recipe
    self.seed = seed
  }

  /// The flow of `mixture`; see `distilled` for that of a learned score.
  public var flow: ProbabilityFlow { ProbabilityFlow(mixture, grid.process) }

  /// The rounds that follow the one whose plan this is: 0 but for progressive halving and pretraining.
  var roundsToCome = 0

  /// The random stream of segment k for a purpose.
  func stream(_ purpose: String, segment k: Int) -> RandomStream {
    let stream = RandomStream(seed: seed).substream(purpose).substream(UInt64(k))
    return roundsToCome == 0
      ? stream : stream.substream("rounds-to-come").substream(UInt64(roundsToCome))
  }

  /// The `format` of the plan in run folders.
  static let fileFormat = "flowdistill.run/1"
  /// The name of a learned teacher in run folders.
  static let teacherFile = "teacher.safetensors"

  /// The plan as it stands in run folders.
  public var json: JSON {
    let teacher = learned.map { score in
      JSONObject([
        ("file", .string(DistillationPlan.teacherFile)),
        ("fingerprint", .string(score.fingerprint)),
      ])
    }
    return .object(
      JSONObject([
        ("format", .string(DistillationPlan.fileFormat)), ("seed", .string(String(seed))),
        ("recipe", recipe.json), ("grid", grid.json),
        teacher.map { ("teacher", .object($0)) } ?? ("mixture", mixture.json),
      ]))
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
    if let shares = recipe.stepShares, shares.count != grid.segmentCount {
      throw reader.error(
        "recipe.step_shares", "are \(shares.count) for \(grid.segmentCount) segments")
    }
    guard grid.end == 0 else {
      throw reader.error("grid", "ends at \(grid.end)", advice: "use a grid that ends at 0")
    }
    // Not asked for where it is missing, so that no misspelt key is taken for it.
    guard reader.object["teacher"] == nil else {
      let learned = try DistillationPlan.teacher(&reader)
      try reader.finish()
      self.init(learned: learned, grid: grid, recipe: recipe, seed: seed)
      if let problem { throw reader.error("recipe", problem) }
      return
    }
    let mixture = try GaussianMixture(try reader.object("mixture"))
    try reader.finish()
    self.init(mixture: mixture, grid: grid, recipe: recipe, seed: seed)
    if let problem { throw reader.error("recipe", problem) }
  }

  /// The learned teacher beside a plan's file.
  private static func teacher(_ reader: inout JSONReader) throws(FormatError) -> LearnedScore {
    var teacher = try reader.object("teacher")
    let (name, fingerprint) = (try teacher.string("file"), try teacher.string("fingerprint"))
    try teacher.finish()
    guard name == teacherFile else {
      throw teacher.error("file", "is \"\(name)\"", advice: "expected \(teacherFile)")
    }
    let folder = reader.path.lastIndex(of: "/").map { String(reader.path[...$0]) } ?? ""
    let score: LearnedScore
    do {
      score = try LearnedScore(contentsOf: folder + name)
    } catch .file(let error) {
      throw error
    } catch {
      throw reader.error("teacher", error.description)
    }
    guard score.fingerprint == fingerprint else {
      throw teacher.error("fingerprint", "is not that of \(folder + name)")
    }
    return score
  }
}
