/// What is known of the published experiments, whatever the results on a page.
///
/// The second moments come from running the authors' integrator in their float32 against a converged
/// one on 2,000 samples.
enum PublishedFlaws {
  static let score =
    "Of the published experiment: its targets are the score in closed form, so nothing stands between "
    + "its numbers and the truth but training and sampling, and no flaw is known. It says how well "
    + "one network learns one score, and nothing of maps or of chains."

  static let oneStep =
    "What was wrong: the published students learned from ten uniform steps of RK4, and were judged "
    + "by them. Explicit uniform steps are unstable once hβ/σ₀² is far above 1. That teacher's E‖y‖² "
    + "is 2.6e3 at σ₀ = 0.01, 2.1e7 at 0.001 and 2.1e11 at 0.0001, where the data have about 550, so "
    + "the published numbers for σ₀ ≤ 0.01 tell how well networks follow a map that is not the "
    + "flow's. At σ₀ = 0.1 it is still biased: its variance within a mode is 0.0062 instead of "
    + "0.0100, an error of 5.2e-5, more than the 2.5e-5 of the best published student against it."

  static let depth =
    "What was wrong: the published students learned from a hundred uniform steps of RK4 at σ₀ = "
    + "0.001, and were judged by them. Explicit uniform steps are unstable there. That teacher's "
    + "E‖y‖² is 6.4e7 where the data have about 550, so every number of the published table is "
    + "measured against a map that is not the flow's."

  static let grids =
    "What was wrong: the published gain is read as the gain of a grid that knows the stability of "
    + "this flow. At σ₀ = σ∞ that grid is uniform in α² whatever the mixture, so it holds no "
    + "information about the means at all. The comparison lacks every other grid and every other "
    + "student: one network for all segments, and students trained on the states that they meet."
}
