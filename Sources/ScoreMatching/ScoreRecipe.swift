/// All choices of learning a score but data and seed.
public struct ScoreRecipe: Sendable, Equatable {
  /// The widths of the hidden layers.
  public var hiddenWidths = [256, 256, 256]
  /// Training steps.
  public var steps = 2000
  /// Samples in a step, each at a noise level of its own.
  public var batch = 512
  /// The largest learning rate of Muon; half a cosine after a warm-up over 2 % of the steps.
  public var learningRate = 0.01
  /// The share of the data that is held out to measure on; 0 for none.
  public var heldOut = 0.1

  /// The usual choices.
  public init() {}

  /// What makes this recipe impossible, if anything: one clause naming the choice.
  public var problem: String? {
    if hiddenWidths.isEmpty || hiddenWidths.count > 100 {
      return "the network has \(hiddenWidths.count) hidden layers; use 1 to 100"
    }
    if let width = hiddenWidths.first(where: { !(1...100_000).contains($0) }) {
      return "a hidden layer has width \(width); use 1 to 100000"
    }
    if !(1...1_000_000_000).contains(steps) {
      return "the number of steps is \(steps); use 1 to 1000000000"
    }
    if !(1...1_000_000).contains(batch) { return "the batch is \(batch); use 1 to 1000000" }
    if !(learningRate > 0 && learningRate.isFinite) {
      return "the learning rate is \(learningRate); use a positive number"
    }
    if !(heldOut >= 0 && heldOut <= 0.9) {
      return "the share that is held out is \(heldOut); use 0 to 0.9"
    }
    return nil
  }
}
