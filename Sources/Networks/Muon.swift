import Arrays

/// A matrix among the flat parameters of a network.
public struct MatrixPlace: Sendable, Equatable {
  /// Where it lies, row by row.
  public let range: Range<Int>
  /// The number of its rows.
  public let rows: Int
  /// The number of its columns.
  public let columns: Int

  /// A place.
  ///
  /// - Precondition: as many numbers as rows times columns.
  public init(_ range: Range<Int>, rows: Int, columns: Int) {
    precondition(range.count == rows * columns, "\(range.count) numbers for \(rows) x \(columns)")
    (self.range, self.rows, self.columns) = (range, rows, columns)
  }
}

/// Momentum made orthogonal, matrix by matrix (Muon; Jordan and others, 2024), and AdamW for the rest.
///
/// For a matrix W, r × c, with gradient G:
/// ```
/// M ← μ M + (1 − μ) G         U = (1 − μ) G + μ M         (Nesterov)
/// W ← (1 − η λ) W − η √max(1, r/c) · orth(U)
/// ```
/// orth(U) has the singular vectors of U and singular values near 1: five steps of a quintic
/// Newton–Schulz iteration X ← aX + b(XXᵀ)X + c(XXᵀ)²X from X = U/‖U‖, (a, b, c) = (3.4445, −4.7750,
/// 2.0315), which bring singular values from above about .002 into [.7, 1.2]. Every direction of a
/// layer then moves alike, where Adam spends its steps on the few that dominate the gradient. Biases
/// and other vectors follow AdamW at `vectorRate` η.
public struct Muon: Optimiser, Equatable {
  /// What does not change from step to step.
  public struct Settings: Sendable, Equatable {
    /// μ.
    public var momentum: Float = 0.95
    /// The learning rate of AdamW over η.
    public var vectorRate: Float = 0.15
    /// Of AdamW; its weight decay serves the matrices too, its bound them alone.
    public var vectors = AdamW.Settings()

    /// The usual momentum, no weight decay.
    public init() { vectors.weightDecay = 0 }
  }

  /// What does not change from step to step.
  public let settings: Settings
  /// The matrices.
  public let matrices: [MatrixPlace]
  private let rest: [Range<Int>]
  private var momentum: [Float]
  private var vectors: AdamW
  private var workspaces: [OrthogonalisationWorkspace]

  /// The optimiser before its first step.
  ///
  /// - Precondition: the matrices are in ascending order and do not overlap.
  public init(parameterCount: Int, matrices: [MatrixPlace], settings: Settings = Settings()) {
    self.settings = settings
    self.matrices = matrices
    var rest: [Range<Int>] = []
    var end = 0
    for matrix in matrices {
      precondition(matrix.range.lowerBound >= end, "matrices that overlap")
      if matrix.range.lowerBound > end { rest.append(end..<matrix.range.lowerBound) }
      end = matrix.range.upperBound
    }
    precondition(end <= parameterCount, "a matrix beyond \(parameterCount) parameters")
    if end < parameterCount { rest.append(end..<parameterCount) }
    self.rest = rest
    momentum = Array(repeating: 0, count: parameterCount)
    vectors = AdamW(
      parameterCount: rest.reduce(0) { $0 + $1.count }, settings: settings.vectors, bounded: [])
    workspaces = matrices.map { OrthogonalisationWorkspace(rows: $0.rows, columns: $0.columns) }
  }

  /// M of the matrices, m of the rest.
  public var firstMoment: [Float] {
    get { scattered(vectors.firstMoment, over: momentum) }
    set {
      momentum = newValue
      vectors.firstMoment = gathered(newValue)
    }
  }
  /// v of the rest; 0 for the matrices.
  public var secondMoment: [Float] {
    get {
      scattered(vectors.secondMoment, over: Array(repeating: 0, count: momentum.count))
    }
    set { vectors.secondMoment = gathered(newValue) }
  }
  /// The number of steps taken.
  public var stepCount: Int {
    get { vectors.stepCount }
    set { vectors.stepCount = newValue }
  }

  public mutating func step(
    _ parameters: inout [Float], gradient: [Float], learningRate: Float
  ) -> Double {
    let norm = TrainingKernels.sumOfSquares(gradient).squareRoot()
    guard norm.isFinite else { return norm }
    var part = gathered(parameters)
    _ = vectors.step(
      &part, gradient: gathered(gradient), learningRate: settings.vectorRate * learningRate)
    var next = 0
    for k in rest.joined() {
      parameters[k] = part[next]
      next += 1
    }
    for (k, place) in matrices.enumerated() {
      workspaces[k].load(gradient, &momentum, place, momentum: settings.momentum)
      workspaces[k].orthogonalise()
      let shape = Float(max(1, Double(place.rows) / Double(place.columns)).squareRoot())
      workspaces[k].apply(
        to: &parameters, place, rate: learningRate * shape,
        decay: 1 - learningRate * Float(settings.vectors.weightDecay),
        bound: settings.vectors.parameterBound.map { Float($0) } ?? .infinity)
    }
    return norm
  }

  private func gathered(_ values: [Float]) -> [Float] { rest.flatMap { values[$0] } }

  private func scattered(_ part: [Float], over values: [Float]) -> [Float] {
    var result = values
    var next = 0
    for range in rest {
      result.replaceSubrange(range, with: part[next..<next + range.count])
      next += range.count
    }
    return result
  }
}
