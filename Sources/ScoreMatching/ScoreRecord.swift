public import Stability

/// How a score was learnt, and how well.
public struct ScoreRecord: Sendable, Equatable {
  /// Losses over some samples: estimates.
  public struct Loss: Sendable, Equatable {
    /// E (1/d) Σ_i w_i (N_i − N_i*)², over noise levels uniform in θ: ‖D − X_0‖² in EDM's weights.
    public let loss: Estimate
    /// The same over that of the Gaussian, N = 0: below 1 is what was learnt beyond the moments.
    public let relative: Estimate
  }

  /// The choices.
  public let recipe: ScoreRecipe
  /// The seed.
  public let seed: UInt64
  /// Samples in the data, those held out among them.
  public let rows: Int
  /// Steps taken.
  public var step: Int
  /// Losses on the samples learnt from, once finished.
  public var training: Loss?
  /// Losses on those held out, once finished and if there are any.
  public var heldOut: Loss?

  /// Whether all steps are taken.
  public var isFinished: Bool { step == recipe.steps }

  /// A record from its parts.
  public init(
    recipe: ScoreRecipe, seed: UInt64, rows: Int, step: Int, training: Loss? = nil,
    heldOut: Loss? = nil
  ) {
    (self.recipe, self.seed, self.rows, self.step) = (recipe, seed, rows, step)
    (self.training, self.heldOut) = (training, heldOut)
  }
}
