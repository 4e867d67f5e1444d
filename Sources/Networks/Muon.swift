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
/// orth(U) has the singular vectors of U and singular values near 1, by a few steps
/// X ← aX + b(XXᵀ)X + c(XXᵀ)²X; see `OrthogonalPolynomial`. Every direction of a layer then moves
/// alike, where Adam spends its steps on the few that dominate the gradient. Biases and other vectors
/// follow AdamW at `vectorRate` η.
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
  /// M of the matrices, m of the rest.
  public var firstMoment: [Float]
  /// v of the rest; 0 for the matrices.
  public var secondMoment: [Float]
  /// The number of steps taken.
  public var stepCount = 0
  private let rest: [Range<Int>]
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
    firstMoment = Array(repeating: 0, count: parameterCount)
    secondMoment = firstMoment
    workspaces = matrices.map { OrthogonalisationWorkspace(rows: $0.rows, columns: $0.columns) }
  }

  public mutating func step(
    _ parameters: inout [Float], gradient: [Float], learningRate: Float
  ) -> Double {
    let norm = TrainingKernels.sumOfSquares(gradient).squareRoot()
    guard norm.isFinite else { return norm }
    stepCount += 1
    stepVectors(&parameters, gradient: gradient, learningRate: learningRate)
    for (k, place) in matrices.enumerated() {
      workspaces[k].load(gradient, &firstMoment, place, momentum: settings.momentum)
      workspaces[k].orthogonalise()
      let shape = Float(max(1, Double(place.rows) / Double(place.columns)).squareRoot())
      workspaces[k].apply(
        to: &parameters, place, rate: learningRate * shape,
        decay: 1 - learningRate * Float(settings.vectors.weightDecay),
        bound: settings.vectors.parameterBound.map { Float($0) } ?? .infinity)
    }
    return norm
  }

  /// AdamW on all but the matrices, clipped by the norm of their part of the gradient.
  private mutating func stepVectors(
    _ parameters: inout [Float], gradient: [Float], learningRate: Float
  ) {
    var squares = 0.0
    for range in rest { squares += TrainingKernels.sumOfSquares(gradient, in: range) }
    let constants = settings.vectors.constants(
      step: stepCount, learningRate: settings.vectorRate * learningRate,
      norm: squares.squareRoot())
    for range in rest {
      TrainingKernels.adamW(
        constants, gradient: gradient, parameters: &parameters, firstMoment: &firstMoment,
        secondMoment: &secondMoment, in: range)
    }
  }
}
