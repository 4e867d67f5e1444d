import Arrays
import Construction
import Mixtures
import RealModule

/// The steps of a flow map by plain code: y = x/s, r = α/s, dy/dr = Σ γ_k μ_k.
struct PlainFlowMap {
  let mixture: GaussianMixture
  let ratios: [Double]
  let deviations: [Double]

  init(_ mixture: GaussianMixture, _ process: any ForwardProcess, times: [Double]) {
    self.mixture = mixture
    let variance = mixture.covariance(0)[0, 0]
    deviations = times.map {
      (process.alpha($0) * process.alpha($0) * variance + process.sigmaSquared($0)).squareRoot()
    }
    ratios = zip(times, deviations).map { process.alpha($0) / $1 }
  }

  func transport(_ x: Matrix<Double>, _ rule: FlowMapRule) -> Matrix<Double> {
    var result = x
    for n in 0..<x.rows {
      var y = x[row: n].map { $0 / deviations[0] }
      for (r, end) in zip(ratios, ratios.dropFirst()) { y = step(y, r, end - r, rule) }
      for a in 0..<x.columns { result[n, a] = y[a] * deviations[deviations.count - 1] }
    }
    return result
  }

  private func step(_ y: [Double], _ r: Double, _ h: Double, _ rule: FlowMapRule) -> [Double] {
    let one = velocity(y, r)
    switch rule {
    case .euler: return moved(y, h, one)
    case .heun:
      return moved(moved(y, h / 2, one), h / 2, velocity(moved(y, h, one), r + h))
    case .rk4:
      let two = velocity(moved(y, h / 2, one), r + h / 2)
      let three = velocity(moved(y, h / 2, two), r + h / 2)
      let four = velocity(moved(y, h, three), r + h)
      return moved(moved(moved(moved(y, h / 6, one), h / 3, two), h / 3, three), h / 6, four)
    }
  }

  private func moved(_ y: [Double], _ h: Double, _ v: [Double]) -> [Double] {
    zip(y, v).map { $0 + h * $1 }
  }

  private func velocity(_ y: [Double], _ r: Double) -> [Double] {
    let logits = (0..<mixture.componentCount).map { k in
      zip(y, mixture.means[row: k]).reduce(.log(mixture.weights[k])) { sum, pair in
        sum - 0.5 * (pair.0 - r * pair.1) * (pair.0 - r * pair.1)
      }
    }
    let top = logits.reduce(-.infinity, max)
    let masses = logits.map { Double.exp($0 - top) }
    let total = masses.reduce(0, +)
    return y.indices.map { a in
      masses.indices.reduce(0) { $0 + masses[$1] / total * mixture.means[$1, a] }
    }
  }
}
