package import Arrays
package import Stability

/// The sliced Wasserstein distance of order 2 to one set of reference samples (Rabin et al., 2011):
/// SW² = E_θ W_2²(⟨θ, X⟩, ⟨θ, Y⟩) over directions θ uniform on the sphere.
///
/// Samples come in pairs with the reference's, row i of both from the same noise. W_2² is jointly convex,
/// so by Jensen's inequality its estimate from finitely many pairs is on average not below the true SW²,
/// and by the coupling not above their mean squared distance divided by d: a sampler without error gets
/// 0. Two sets of independent samples have far more between them, even of one law.
package struct SlicedWasserstein: Sendable {
  /// The directions, d×L.
  package let directions: Matrix<Double>
  private let references: [Projection]

  /// Samples on one direction: their values in order, and where each came from.
  private struct Projection: Sendable {
    var values: [Double]
    var rows: [Int]

    init(_ values: [Double]) {
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      self.values = order.map { values[$0] }
      rows = order
    }
  }

  /// The distance to `reference`, N×d, along `count` random directions; on the line there is but one.
  package init(to reference: Matrix<Double>, directions count: Int = 64, from stream: RandomStream)
  {
    let d = reference.columns
    if d == 1 {
      directions = .identity(1)
    } else {
      var rows = stream.normals(rows: count, columns: d)
      for l in 0..<count {
        let norm = rows[row: l].reduce(0) { $0 + $1 * $1 }.squareRoot()
        for a in 0..<d { rows[l, a] /= norm }
      }
      directions = rows.transposed
    }
    references = SlicedWasserstein.projections(of: reference, on: directions)
  }

  private static func projections(
    of x: Matrix<Double>, on directions: Matrix<Double>
  ) -> [Projection] {
    let products = RowProducts.product(x, directions)
    return Parallel.map(directions.columns) { l in
      Projection((0..<x.rows).map { products[$0, l] })
    }
  }

  /// SW between x and the reference, paired by rows.
  package func distance(of x: Matrix<Double>) -> Estimate {
    let squared = squaredDistance(of: x)
    let value = squared.value.squareRoot()
    return Estimate(
      value: value, standardError: value > 0 ? squared.standardError / (2 * value) : 0)
  }

  /// SW² between x and the reference, paired by rows.
  ///
  /// Its standard error is that of the linearised functional: to first order, W_2² moves with the samples
  /// as the mean of φ(x_i) + ψ(y_i), the optimal dual potentials (del Barrio and Loubes, 2019). The
  /// spread over directions is added.
  package func squaredDistance(of x: Matrix<Double>) -> Estimate {
    let n = x.rows
    let projections = SlicedWasserstein.projections(of: x, on: directions)
    precondition(n == references[0].rows.count, "\(n) samples against another number")
    let parts = Parallel.map(projections.count) { l in
      SlicedWasserstein.transport(projections[l], references[l])
    }
    let share = 1 / Double(parts.count)
    var influences = [Double](repeating: 0, count: n)
    for part in parts { for i in 0..<n { influences[i] += share * part[i] } }
    let overSamples = Estimate(meanOf: influences)
    guard parts.count > 1 else { return overSamples }
    let overDirections = Estimate(meanOf: parts.map { $0.reduce(0, +) / Double(n) })
    let variance =
      overSamples.standardError * overSamples.standardError
      + overDirections.standardError * overDirections.standardError
    return Estimate(value: overSamples.value, standardError: variance.squareRoot())
  }

  /// φ(x_i) + ψ(y_i) for each row i on one direction; the mean is W_2².
  ///
  /// On the line sorted samples go to sorted samples, a_k to b_k. Potentials are feasible with
  /// φ_{k+1} − φ_k between a_{k+1}² − a_k² − 2b(a_{k+1} − a_k) for b = b_{k+1} and b = b_k; this takes the
  /// middle. ψ_k = (a_k − b_k)² − φ_k.
  private static func transport(_ x: Projection, _ y: Projection) -> [Double] {
    let (a, b) = (x.values, y.values)
    var result = [Double](repeating: 0, count: a.count)
    var phi = 0.0
    for k in a.indices {
      if k > 0 { phi += (a[k] - a[k - 1]) * (a[k] + a[k - 1] - b[k] - b[k - 1]) }
      result[x.rows[k]] += phi
      result[y.rows[k]] += (a[k] - b[k]) * (a[k] - b[k]) - phi
    }
    return result
  }
}
