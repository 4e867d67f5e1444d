/// The experiments of arXiv:2606.03820.
public enum Experiment: String, Sendable, CaseIterable {
  /// 1: networks that learn the score at one time.
  case score
  /// 2: one network for the flow map over Δ = log 2/(2β), with bounded weights.
  case oneStep = "one-step"
  /// 3: one network of many blocks for the flow map over [0, T].
  case depth
  /// 4: a chain of networks on the uniform and on the stability-balanced grid.
  case grids

  /// Its number in the paper.
  public var number: Int { (Experiment.allCases.firstIndex(of: self) ?? 0) + 1 }

  /// What it varies, for people.
  public var title: String {
    switch self {
    case .score: "the score at one time, by width and σ₀"
    case .oneStep: "the flow map in one step, by σ₀ and the bound on weights"
    case .depth: "the flow map in one step, by depth"
    case .grids: "chains of students, by grid and number of segments"
    }
  }
}

/// How much of the published protocol is run.
public enum ExperimentScale: String, Sendable, CaseIterable {
  /// A reduction that finishes each experiment in ten minutes on two cores.
  case quick
  /// The published protocol.
  case paper
}
