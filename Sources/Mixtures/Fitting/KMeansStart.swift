import Arrays
import RealModule

/// Starts of expectation–maximisation: k-means++ and Lloyd's iterations.
///
/// Greedy D² sampling (Arthur and Vassilvitskii, 2007): each new centre is the best of 2 + log K
/// samples drawn with probability proportional to the squared distance to the nearest centre.
struct KMeansStart: Sendable {
  /// The samples, N×d with N ≥ K.
  let x: Matrix<Double>
  /// The number of clusters K.
  let clusters: Int

  /// Responsibilities (N×K, zeros and ones) of the clusters that the stream leads to; every
  /// cluster has at least one sample.
  func responsibilities(from stream: RandomStream) -> Matrix<Double> {
    var centres = initialCentres(stream)
    var labels: [Int] = []
    let tolerance = 1e-4 * meanVariance
    for _ in 0..<300 {
      let next = filled(GaussianKernels.squaredDistances(x, centres))
      if next == labels { break }
      labels = next
      let moved = means(labels)
      let shift = zip(moved.elements, centres.elements).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      centres = moved
      if shift <= tolerance { break }
    }
    return oneHot(labels)
  }

  /// Σ_a Var(x_a) / d.
  private var meanVariance: Double {
    x.elements.reduce(0) { $0 + $1 * $1 } / Double(x.rows * x.columns)
  }

  private func initialCentres(_ stream: RandomStream) -> Matrix<Double> {
    let tries = 2 + Int(Double.log(Double(clusters)))
    let u = stream.uniforms(1 + clusters * tries)
    var chosen = [min(x.rows - 1, Int(u[0] * Double(x.rows)))]
    var nearest = GaussianKernels.squaredDistances(x, x.gatheringRows(chosen)).elements
    while chosen.count < clusters {
      let first = 1 + chosen.count * tries
      let candidates = draw(nearest, Array(u[first..<first + tries]))
      let distances = GaussianKernels.squaredDistances(x, x.gatheringRows(candidates))
      var best = (cost: Double.infinity, candidate: 0)
      for c in candidates.indices {
        var cost = 0.0
        for i in nearest.indices { cost += min(nearest[i], distances[i, c]) }
        if cost < best.cost { best = (cost, c) }
      }
      chosen.append(candidates[best.candidate])
      for i in nearest.indices { nearest[i] = min(nearest[i], distances[i, best.candidate]) }
    }
    return x.gatheringRows(chosen)
  }

  /// Indices drawn in proportion to `mass`, or uniformly if there is none: all samples then
  /// coincide with a centre.
  private func draw(_ mass: [Double], _ u: [Double]) -> [Int] {
    var cumulative = mass
    for i in cumulative.indices.dropFirst() { cumulative[i] += cumulative[i - 1] }
    let total = cumulative[cumulative.count - 1]
    return u.map { u in
      guard total > 0 else { return min(mass.count - 1, Int(u * Double(mass.count))) }
      var (low, high) = (0, mass.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if u * total < cumulative[middle] { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  /// The nearest centre of each sample; a cluster left empty takes the worst-placed sample of
  /// those in clusters of several.
  private func filled(_ distances: Matrix<Double>) -> [Int] {
    var labels = [Int](repeating: 0, count: x.rows)
    var sizes = [Int](repeating: 0, count: clusters)
    var cost = [Double](repeating: 0, count: x.rows)
    for i in labels.indices {
      let row = distances.elements.span.extracting(distances.elementRange(i..<i + 1))
      for k in 1..<max(1, clusters) where row[k] < row[labels[i]] { labels[i] = k }
      cost[i] = row[labels[i]]
      sizes[labels[i]] += 1
    }
    for k in sizes.indices where sizes[k] == 0 {
      let movable = labels.indices.filter { sizes[labels[$0]] > 1 }
      guard let worst = movable.max(by: { cost[$0] < cost[$1] }) else { continue }
      sizes[labels[worst]] -= 1
      labels[worst] = k
      sizes[k] = 1
      cost[worst] = 0
    }
    return labels
  }

  private func oneHot(_ labels: [Int]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: x.rows, columns: clusters)
    for (i, k) in labels.enumerated() { result[i, k] = 1 }
    return result
  }

  /// The mean of each cluster, K×d.
  private func means(_ labels: [Int]) -> Matrix<Double> {
    var sums = Gemm.product(transposed: oneHot(labels), x)
    var sizes = [Double](repeating: 0, count: clusters)
    for k in labels { sizes[k] += 1 }
    for k in 0..<clusters {
      for a in 0..<x.columns { sums[k, a] /= sizes[k] }
    }
    return sums
  }
}
