import Arrays

/// Sums of weighted squares of samples around means: Σ_i γ_ik (x_i − m_k)(x_i − m_k)ᵀ.
///
/// Each component's rows are cut into slabs by their number alone; slabs are summed in parallel
/// and added in order.
struct Scatter: Sendable {
  /// The samples, N×d.
  let x: Matrix<Double>
  /// The responsibilities, N×K.
  let gamma: Matrix<Double>
  /// The means, K×d.
  let means: Matrix<Double>
  /// N_k = Σ_i γ_ik.
  let counts: [Double]

  /// At most 16 slabs bound the memory for partial sums.
  private var slabs: [Range<Int>] {
    Parallel.blocks(of: x.rows, grain: max(1024, (x.rows + 15) / 16))
  }

  /// For each component the d×d matrix of sums, symmetric.
  ///
  /// Rows with γ_ik ≤ 1e-30 N_k/N are left out: together they are below the rounding of the sum,
  /// and in many dimensions they are nearly all rows.
  func matrices() -> [Matrix<Double>] {
    let (d, slabs) = (x.columns, slabs)
    let parts = Parallel.map(means.rows * slabs.count) { task in
      matrix(task / slabs.count, slabs[task % slabs.count])
    }
    return Parallel.map(means.rows) { k in
      var total = parts[k * slabs.count]
      for s in 1..<max(1, slabs.count) {
        let part = parts[k * slabs.count + s].elements
        for i in part.indices { total.elements[i] += part[i] }
      }
      for a in 0..<d {
        for b in 0..<a { total[a, b] = total[b, a] }
      }
      return total
    }
  }

  /// For each component the d sums Σ_i γ_ik (x_ia − m_ka)².
  func squares() -> [[Double]] {
    let (d, slabs) = (x.columns, slabs)
    let parts = Parallel.map(means.rows * slabs.count) { task in
      let (k, slab) = (task / slabs.count, slabs[task % slabs.count])
      var sums = [Double](repeating: 0, count: d)
      MixtureFitKernels.addWeightedSquares(
        x.elements.span.extracting(x.elementRange(slab)),
        mean: means.elements.span.extracting(means.elementRange(k..<k + 1)),
        responsibilities: gamma.elements.span.extracting(gamma.elementRange(slab)),
        column: k, of: means.rows, to: &sums)
      return sums
    }
    return (0..<means.rows).map { k in
      slabs.indices.reduce([Double](repeating: 0, count: d)) { sum, s in
        zip(sum, parts[k * slabs.count + s]).map { $0 + $1 }
      }
    }
  }

  /// The upper triangle of one component's sums over one slab.
  private func matrix(_ k: Int, _ slab: Range<Int>) -> Matrix<Double> {
    let (d, block) = (x.columns, 256)
    let threshold = 1e-30 * counts[k] / Double(x.rows)
    var result = Matrix<Double>(rows: d, columns: d)
    // Kept rows are packed over blocks, so that BLAS sees large products even where few are kept.
    var packed = [Double](repeating: 0, count: 2 * block * d)
    var filled = 0
    for start in stride(from: slab.lowerBound, to: slab.upperBound, by: block) {
      let range = start..<min(start + block, slab.upperBound)
      var target = packed.mutableSpan
      filled += MixtureFitKernels.weightedRows(
        x.elements.span.extracting(x.elementRange(range)),
        mean: means.elements.span.extracting(means.elementRange(k..<k + 1)),
        responsibilities: gamma.elements.span.extracting(gamma.elementRange(range)),
        column: k, of: means.rows, above: threshold, first: filled, into: &target)
      if filled >= block {
        MixtureFitKernels.addGram(rows: filled, packed.span, toUpper: &result)
        filled = 0
      }
    }
    MixtureFitKernels.addGram(rows: filled, packed.span, toUpper: &result)
    return result
  }
}
