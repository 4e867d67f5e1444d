public import Arrays

extension Marginal {
  /// `count` independent draws from p_t, N×d; row i depends on the stream and i only.
  public func sample(_ count: Int, from stream: RandomStream) -> Matrix<Double> {
    let spectrum = mixture.spectrum
    let (k, d) = (mixture.componentCount, mixture.dimension)
    let labels = mixture.sampleLabels(count, from: stream.substream("component"))
    var x = stream.substream("noise").normals(rows: count, columns: d)
    let deviations = spectrum.lambda.elements.map {
      (alpha * alpha * $0 + sigmaSquared).squareRoot()
    }
    let isotropic = spectrum.geometry == .isotropic
    x.forEachRowBlock(grain: 256) { range, block in
      for (row, i) in range.enumerated() {
        let first = spectrum.isShared ? 0 : labels[i] * spectrum.lambda.columns
        for a in 0..<d { block[row * d + a] *= deviations[first + (isotropic ? 0 : a)] }
      }
    }
    if spectrum.geometry == .full {
      for j in 0..<k {
        let members = labels.indices.filter { labels[$0] == j }
        guard !members.isEmpty else { continue }
        let rotated = RowProducts.product(
          x.gatheringRows(members), spectrum.inverseRotations[j])
        for (row, i) in members.enumerated() { x[row: i] = rotated[row: row] }
      }
    } else {
      x = spectrum.leavingFrame(x)
    }
    let means = mixture.means
    x.forEachRowBlock(grain: 256) { range, block in
      for (row, i) in range.enumerated() {
        for a in 0..<d { block[row * d + a] += alpha * means[labels[i], a] }
      }
    }
    return x
  }
}

extension GaussianMixture {
  /// The component of each of `count` draws, by inversion of the weights' distribution function.
  public func sampleLabels(_ count: Int, from stream: RandomStream) -> [Int] {
    var cumulative = weights
    for k in cumulative.indices.dropFirst() { cumulative[k] += cumulative[k - 1] }
    let total = cumulative[cumulative.count - 1]
    return stream.uniforms(count).map { u in
      var (low, high) = (0, cumulative.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if u * total < cumulative[middle] { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}
