import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// The order-matched density of a sampler's local errors between neighbouring times of true
/// trajectories, as the flow carries them to the end.
///
/// A step h of a sampler of order p errs by c_p h^{p+1}; the sum of the errors, carried to the end,
/// is least where (E‖DΦ c_p‖²)^{1/(2p+2)} h is equal in all steps, so the density's part between two
/// times is (E‖DΦ e‖²)^{1/(2p+2)}, e being the error of one step between them. For a sampler without memory
/// e is its own step's. For one that builds on earlier evaluations of the denoised state D, exponential
/// integrators in λ = −log σ̂, e is proportional to Δλ^{p+1} d^pD/dλ^p, by divided differences.
enum LocalErrors {
  /// The parts between neighbouring times, in their order.
  static func density(
    _ flow: ProbabilityFlow, _ sampler: any FewStepSampler.Type, _ path: AdjointPath
  ) -> [Double] {
    let power = 1 / Double(2 * sampler.order + 2)
    let forgets = StepPlan.forgets(sampler, flow, path)
    let errors = forgets ? steps(flow, sampler, path) : differences(flow, sampler.order, path)
    return errors.map { .pow($0, power) }
  }

  private static func steps(
    _ flow: ProbabilityFlow, _ sampler: any FewStepSampler.Type, _ path: AdjointPath
  ) -> [Double] {
    (1..<path.times.count).map { j in
      let arrived = sampler.run(
        flow, path.states[j - 1], along: [path.times[j - 1], path.times[j]])
      return mean(path.squaredEffects(of: arrived.subtracting(path.states[j]), at: j))
    }
  }

  private static func differences(
    _ flow: ProbabilityFlow, _ order: Int, _ path: AdjointPath
  ) -> [Double] {
    let process = flow.process
    let levels = path.times.map(process.noiseLevel)
    // λ is infinite at noise levels 0 and ∞.
    let inner = levels.indices.filter { levels[$0] > 0 && levels[$0] < .infinity }
    let lambda = inner.map { -Double.log(levels[$0]) }
    var table = inner.map { flow.marginal(at: path.times[$0]).posteriorMean(path.states[$0]) }
    guard inner.count > order + 1 else {
      return Array(repeating: 1, count: path.times.count - 1)
    }
    for p in 1...order {
      table = (0..<table.count - 1).map { i in
        var next = table[i + 1].subtracting(table[i])
        let scale = 1 / (lambda[i + p] - lambda[i])
        for k in next.elements.indices { next.elements[k] *= scale }
        return next
      }
    }
    return (0..<path.times.count - 1).map { i in
      let place = min(max(0, i - inner[0]), inner.count - 2)
      let difference = min(max(0, place - (order - 1) / 2), table.count - 1)
      let (from, width) = (inner[place], lambda[place + 1] - lambda[place])
      let effect = mean(path.squaredEffects(of: table[difference], at: from))
      // The effect is that of x̂ = x/α.
      let alpha = process.alpha(path.times[from])
      return alpha * alpha * effect * .pow(width, 2 * Double(order) + 2)
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return mean.isFinite ? mean : 0
  }
}
