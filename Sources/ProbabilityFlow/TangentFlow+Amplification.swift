public import Arrays
import Mixtures
import RealModule

/// The finite-time amplification of a batch of samples.
public struct Amplification: Sendable {
  /// log ‖DΦ_{s←t}(x_i)‖, the spectral norm.
  public let logNorms: [Double]
  /// How far the iteration was from its end, relative to the squared norm; 0 where the whole
  /// Jacobian was formed.
  ///
  /// An iterated norm is a lower bound, and some squared singular value lies within this of it.
  public let residuals: [Double]
  /// Whether all samples arrived.
  public let outcome: TransportOutcome
}

extension TangentFlow {
  /// Up to this dimension the whole Jacobian is carried along, above it the norm is iterated: for
  /// eigenvectors that differ by component each vector costs as much as the state itself.
  private var largestWhole: Int { flow.mixture.spectrum.geometry == .full ? 24 : 64 }

  /// The spectral norms ‖DΦ_{s←t}(x_i)‖ from t = `start` to s = `end`.
  ///
  /// For one isotropic variance the Jacobian lives in the span of the means, at most K − 1
  /// dimensions, and is s_s/s_t across it. Otherwise all of it is carried in moderate dimension,
  /// and above that its norm comes from Lanczos iteration on DΦᵀDΦ.
  public func amplification(
    at x: Matrix<Double>, from start: Double, to end: Double
  ) -> Amplification {
    guard let span = MeanSpan(flow) else { return measured(x, from: start, to: end) }
    let across = span.logStretch(from: start, to: end)
    guard let reduced = span.flow else {
      return Amplification(
        logNorms: Array(repeating: across, count: x.rows),
        residuals: Array(repeating: 0, count: x.rows), outcome: .reached)
    }
    let within = TangentFlow(reduced, tolerance: tolerance)
      .measured(span.entering(x, at: start), from: start, to: end)
    return Amplification(
      logNorms: span.isProper ? within.logNorms.map { max($0, across) } : within.logNorms,
      residuals: within.residuals, outcome: within.outcome)
  }

  private func measured(
    _ x: Matrix<Double>, from start: Double, to end: Double
  ) -> Amplification {
    // In parts: a Jacobian is d numbers for each of a state.
    let parts = Parallel.blocks(of: x.rows, grain: 1024).map { rows in
      let part = x.rowBlock(rows)
      return flow.mixture.dimension <= largestWhole
        ? whole(part, from: start, to: end) : iterated(part, from: start, to: end)
    }
    let unfinished = parts.enumerated().flatMap { i, part -> [Int] in
      guard case .unfinished(let rows) = part.outcome else { return [] }
      return rows.map { $0 + 1024 * i }
    }
    return Amplification(
      logNorms: parts.flatMap(\.logNorms), residuals: parts.flatMap(\.residuals),
      outcome: unfinished.isEmpty ? .reached : .unfinished(rows: unfinished))
  }

  /// From the whole d×d Jacobian: exact up to the error of integration.
  private func whole(
    _ x: Matrix<Double>, from start: Double, to end: Double
  ) -> Amplification {
    let d = flow.mixture.dimension
    // Coordinates of the size of 1, against which the tolerance is measured.
    let unit = Double(d).squareRoot()
    let identity = Matrix<Double>.identity(d).elements.map { $0 * unit }
    let vectors = Matrix(
      rows: x.rows, columns: d * d,
      elements: Array(repeating: identity, count: x.rows).flatMap { $0 })
    let pushed = push(vectors, at: x, from: start, to: end)
    let logs = Parallel.map(x.rows) { i in
      let columns = Matrix(
        rows: d, columns: d, elements: Array(pushed.vectors[row: i].map { $0 / unit }))
      let gram = RowProducts.product(columns, columns.transposed)
      return 0.5 * .log(SymmetricEigen.values(gram)?.last ?? .nan)
    }
    return Amplification(
      logNorms: logs, residuals: Array(repeating: 0, count: x.rows), outcome: pushed.outcome)
  }

  /// By Lanczos iteration on DΦᵀDΦ with full reorthogonalisation, all samples in step.
  ///
  /// - Parameter accuracy: the residual, relative to the squared norm, at which a sample is done.
  package func iterated(
    _ x: Matrix<Double>, from start: Double, to end: Double, accuracy: Double = 1e-4,
    limit: Int = 24
  ) -> Amplification {
    var (logs, residuals) = (
      [Double](repeating: .nan, count: x.rows), [Double](repeating: .infinity, count: x.rows)
    )
    var unfinished: Set<Int> = []
    let first = RandomStream(seed: 0).substream("lanczos").normals(rows: x.rows, columns: x.columns)
    var runs = (0..<x.rows).map { LanczosRun(row: $0, start: Array(first[row: $0])) }
    for step in 1...min(limit, x.columns) where !runs.isEmpty {
      let at = x.gatheringRows(runs.map(\.row))
      let pushed = push(Matrix(runs.map { $0.vector }), at: at, from: start, to: end)
      let pulled = pull(pushed.vectors, at: at, from: start, to: end)
      for outcome in [pushed.outcome, pulled.outcome] {
        if case .unfinished(let rows) = outcome { unfinished.formUnion(rows.map { runs[$0].row }) }
      }
      for i in runs.indices {
        runs[i].advance(
          image: Array(pulled.vectors[row: i]),
          square: pushed.vectors[row: i].reduce(0) { $0 + $1 * $1 })
        logs[runs[i].row] = 0.5 * .log(runs[i].largest)
        residuals[runs[i].row] = step == x.columns ? 0 : runs[i].residual
      }
      // Rows that cannot be carried are not worth another round.
      runs.removeAll { $0.residual <= accuracy || unfinished.contains($0.row) }
    }
    return Amplification(
      logNorms: logs, residuals: residuals,
      outcome: unfinished.isEmpty ? .reached : .unfinished(rows: unfinished.sorted()))
  }
}

/// The Lanczos process of one sample on a positive semidefinite operator.
private struct LanczosRun {
  let row: Int
  private var basis: [[Double]]
  private var diagonal: [Double] = []
  private var offDiagonal: [Double] = []
  /// The largest Ritz value: a lower bound on the largest eigenvalue.
  private(set) var largest = 0.0
  /// The norm of its residual, relative to it.
  private(set) var residual = Double.infinity

  /// The vector to be multiplied next.
  var vector: [Double] { basis[basis.count - 1] }

  init(row: Int, start: [Double]) {
    self.row = row
    basis = [start.scaled(by: 1 / start.norm)]
  }

  /// Takes the operator's image of `vector`, whose Rayleigh quotient is `square`.
  mutating func advance(image: [Double], square: Double) {
    var rest = image
    diagonal.append(square)
    for _ in 0..<2 {
      for b in basis {
        let inner = zip(rest, b).reduce(0) { $0 + $1.0 * $1.1 }
        for a in rest.indices { rest[a] -= inner * b[a] }
      }
    }
    let length = rest.norm
    let n = diagonal.count
    var tridiagonal = Matrix<Double>(rows: n, columns: n)
    for i in 0..<n {
      tridiagonal[i, i] = diagonal[i]
      if i > 0 {
        (tridiagonal[i, i - 1], tridiagonal[i - 1, i]) = (offDiagonal[i - 1], offDiagonal[i - 1])
      }
    }
    guard let eigen = SymmetricEigen(tridiagonal), length.isFinite else {
      (largest, residual) = (.nan, 0)
      return
    }
    largest = eigen.values[n - 1]
    residual = abs(length * eigen.vectorRows[n - 1, n - 1]) / largest
    offDiagonal.append(length)
    basis.append(length > 0 ? rest.scaled(by: 1 / length) : rest)
  }
}

extension [Double] {
  fileprivate var norm: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
  fileprivate func scaled(by factor: Double) -> [Double] { map { $0 * factor } }
}
