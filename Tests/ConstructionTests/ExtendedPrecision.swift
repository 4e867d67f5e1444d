import Arrays
import Mixtures
import Networks

#if arch(x86_64) && !os(Windows)
  /// Networks and scores in 64-bit significands, where the evaluation's own rounding is out of sight.
  enum ExtendedPrecision {
    /// The network's value at x.
    static func evaluate(_ network: SparseNetwork, at x: [Float80]) -> [Float80] {
      var values = x
      for layer in network.layers {
        values = (0..<layer.neurons).map { i in
          var sum = Float80(layer.biases[i])
          for n in layer.rowStarts[i]..<layer.rowStarts[i + 1] {
            sum += Float80(layer.values[n]) * values[layer.columns[n]]
          }
          switch layer.activations[i] {
          case .relu: return max(sum, 0)
          case .requ: return max(sum, 0) * max(sum, 0)
          default: return sum
          }
        }
      }
      return values
    }

    /// The score at x of components with diagonal covariances, by its definition.
    ///
    /// Weighted densities relative to the largest one; the variances are those of p_t.
    static func score(
      weights: [Double], means: [[Float80]], variances: [[Float80]], at x: [Float80]
    ) -> [Float80] {
      let densities = weights.indices.map { k in
        x.indices.reduce(logarithm(Float80(weights[k]))) { sum, a in
          let z = x[a] - means[k][a]
          return sum - (z * z / variances[k][a] + logarithm(variances[k][a])) / 2
        }
      }
      let largest = densities.reduce(-.infinity, max)
      let factors = densities.map { exponential($0 - largest) }
      let total = factors.reduce(0, +)
      return x.indices.map { a in
        weights.indices.reduce(0) { sum, k in
          sum + factors[k] / total * (means[k][a] - x[a]) / variances[k][a]
        }
      }
    }

    /// e^y by the Taylor series of y/2^q and q squarings.
    static func exponential(_ y: Float80) -> Float80 {
      if y < -11_000 { return 0 }
      let squarings = 5 + max(0, Int(y.magnitude == 0 ? 0 : y.exponent))
      let z = y / Float80(sign: .plus, exponent: squarings, significand: 1)
      var (term, sum) = (Float80(1), Float80(1))
      for n in 1...20 {
        term *= z / Float80(n)
        sum += term
      }
      return (0..<squarings).reduce(sum) { value, _ in value * value }
    }

    /// log v by Halley's steps on e^y = v.
    static func logarithm(_ v: Float80) -> Float80 {
      var y = Float80(v.exponent) * 0.6931471805599453094172
      for _ in 0..<6 { y += 2 * (v - exponential(y)) / (v + exponential(y)) }
      return y
    }
  }
#endif
