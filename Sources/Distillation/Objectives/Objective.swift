/// By what students are trained.
public enum Objective: String, Sendable, CaseIterable {
  /// The squared distance from where the teacher carries the state.
  case regression
  /// Progressive halving (Salimans and Ho, 2022): students of short segments learn from the teacher, those of
  /// segments twice as long from two of them in turn, until the grid's segments are reached.
  case progressive
  /// Multistep consistency (Heek and others, 2024): Ψ(x, t) = x + c ω(t) net(x, t) is the same at neighbouring
  /// times of a trajectory, and the identity where the segment ends.
  case consistency
  /// Physics-informed distillation (Tee and others, 2024): f(x, t) = x + c ω(t) net(x, t) follows the velocity
  /// field from where the segment begins, without a trajectory of the teacher.
  case physicsInformed = "physics-informed"

  /// Whether networks take the time as an input, whatever they share.
  var takesTime: Bool { self == .consistency || self == .physicsInformed }

  /// The cells of a segment.
  ///
  /// Of consistent students few, since what is learnt passes from cell to cell; of physics-informed ones more,
  /// since a difference stands for a derivative. With the published 250 they err more after as many steps
  /// (Documentation/distilling.md).
  var defaultPoints: Int { self == .physicsInformed ? 50 : 16 }
}

extension Recipe {
  /// Takes an objective, with the number of cells and the pool that go with it; only regression is pretrained for.
  public mutating func take(_ objective: Objective) {
    self.objective = objective
    points = objective.defaultPoints
    if objective != .regression { pretraining = 0 }
    // A trajectory is kept at each point of time, or costs no more than its start.
    if objective.takesTime, pool > 0 { (pool, poolEpochs) = (min(pool, 65_536), 1) }
  }

  /// `best` by another objective.
  private static func best(_ objective: Objective) -> Recipe {
    var recipe = Recipe.best
    recipe.name = objective.rawValue
    recipe.take(objective)
    return recipe
  }

  /// `best` by progressive halving.
  public static let progressive = best(.progressive)
  /// `best` by consistency; trajectories of the teacher begin where the students before bring their states.
  public static let consistency = best(.consistency)
  /// `best` without trajectories of the teacher: by its velocity alone.
  public static let physicsInformed = best(.physicsInformed)

  /// What makes the objective or the joint steps impossible: one clause.
  var objectiveProblem: String? {
    if !(1...10).contains(rounds) { return "the number of halvings is \(rounds); use 1 to 10" }
    if !(2...10_000).contains(points) {
      return "the number of cells of a segment is \(points); use 2 to 10000"
    }
    if !(0..<1).contains(targetDecay) {
      return "the decay of the target network is \(targetDecay); use a number in [0, 1)"
    }
    if !(0..<1).contains(fineTune) {
      return "the part of joint steps is \(fineTune); use a number in [0, 1)"
    }
    if !(0..<1).contains(pretraining) {
      return "the part of pretraining steps is \(pretraining); use a number in [0, 1)"
    }
    if pretraining > 0,
      target != .flowMap || network != .perceptron || sharing == .shared || objective != .regression
    {
      return "pretraining is for separate perceptrons that learn the teacher's flow map"
    }
    if fineTune > 0, target != .flowMap || network != .perceptron {
      return "joint steps are for perceptrons that learn flow maps; leave them out"
    }
    guard objective != .regression else { return nil }
    let name = objective.rawValue
    if target == .score { return "scores are learnt by regression, not by the \(name) objective" }
    if network != .perceptron {
      return "the \(name) objective is for perceptrons; use another network or regression"
    }
    if sharing == .shared, objective != .consistency {
      return "the \(name) objective needs separate networks; leave out the shared one"
    }
    if objective.takesTime, parametrisation != .residual && parametrisation != .linear {
      return
        "the \(name) objective needs residual or linear students, which begin with the identity"
    }
    if objective.takesTime, teacher == .published {
      return "the \(name) objective takes the accurate teacher; leave out the published one"
    }
    return nil
  }
}
