import Arrays
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import ScoreMatching
import Testing

@Suite(.serialized) struct ScoreMatchingTests {}

/// Draws of one correlated Gaussian in d dimensions, moved away from 0.
func gaussianData(_ count: Int, dimension d: Int, seed: UInt64) -> Matrix<Double> {
  var x = RandomStream(seed: seed).normals(rows: count, columns: d)
  for i in 0..<count {
    for j in (1..<d).reversed() { x[i, j] = 0.5 * x[i, j] + 0.4 * x[i, j - 1] + Double(j) }
  }
  return x
}

/// A score network whose weights are random everywhere: far from the Gaussian that it starts from.
func randomScore(_ d: Int, seed: UInt64, lastLayer: Float = 1) throws -> LearnedScore {
  let moments = try DataMoments(of: gaussianData(200, dimension: d, seed: seed))
  let architecture = Architecture.mlp(
    dimensions: [d + 8, 20, 17, d], activations: [.squareplus])
  var network = Network(architecture, random: RandomStream(seed: seed + 1))
  for k in architecture.layers[2].weights { network.parameters[k] *= lastLayer }
  for layer in architecture.layers {
    for (i, k) in layer.biases.enumerated() { network.parameters[k] = 0.1 * Float(i % 5) - 0.2 }
  }
  if lastLayer == 0 { for k in architecture.layers[2].biases { network.parameters[k] = 0 } }
  var recipe = ScoreRecipe()
  (recipe.hiddenWidths, recipe.steps) = ([20, 17], 3)
  return LearnedScore(
    moments: moments, network: network,
    record: ScoreRecord(recipe: recipe, seed: 1, rows: 200, step: 3))
}

func distance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Processes that end at finite and infinite noise levels, with α constant and not.
func processes() throws -> [any ForwardProcess] {
  [
    try OrnsteinUhlenbeck(), try VarianceExploding(horizon: 20), try RectifiedFlow(),
    try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1),
  ]
}
