public import Arrays
import Mixtures
import RealModule

/// A sampler of few steps on a grid of times that the user chooses.
///
/// Samplers work on noise levels σ̂ = σ/α and denoised states E[X_0|x] alone, so the same levels give the same
/// result, up to the unit of the state, under every process: Euler in the variables of EDM is DDIM in
/// those of a variance-preserving process and Euler for rectified flow.
///
/// To add one, write a file with a type that conforms and add the type to `FewStepSamplers.all`: the
/// command line, the tests and the documentation read that list.
public protocol FewStepSampler: Sendable {
  /// The name on the command line and in files.
  static var name: String { get }
  /// One line for people: the method, its source and what its last step does.
  static var summary: String { get }
  /// The order of convergence of its steps once they have the history that they use; the first steps of a
  /// multistep method have less.
  static var order: Int { get }
  /// What it does on a grid of levels, from noise to data: once in numbers, to run, and once in numbers
  /// with derivatives, to learn how its result depends on the grid.
  static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S>
}

extension FewStepSampler {
  /// Evaluations of the denoiser on a grid of n segments that ends at noise level 0, or above it, and
  /// begins at a finite one.
  ///
  /// - Precondition: n ≥ 1.
  public static func evaluations(segments n: Int, endsAtZero: Bool) -> Int {
    precondition(n >= 1, "\(n) segments")
    let levels = (0...n).map { k -> NoiseLevel<Double> in
      if k == n && endsAtZero { return NoiseLevel(sine: 0, cosine: 1) }
      let angle = 1 - 0.9 * Double(k) / Double(n)
      return NoiseLevel(sine: .sin(angle), cosine: .cos(angle))
    }
    return plan(levels).evaluations
  }

  /// Evaluations of the denoiser for each sample along a grid of descending times.
  public static func evaluations(_ flow: ProbabilityFlow, along times: [Double]) -> Int {
    plan(times.map { NoiseLevel(flow.process, at: $0) }).evaluations
  }

  /// Carries each row of x, N×d, from times[0] to the last of the descending times.
  ///
  /// - Precondition: there are at least two times in [0, T] and they descend strictly.
  public static func run(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, along times: [Double]
  ) -> Matrix<Double> {
    PlanExecution(flow, plan(checkedLevels(flow, times))).run(x, from: times)
  }

  /// The levels of a grid.
  static func checkedLevels(_ flow: ProbabilityFlow, _ times: [Double]) -> [NoiseLevel<Double>] {
    precondition(
      times.count >= 2 && zip(times, times.dropFirst()).allSatisfy { $0 > $1 }
        && times[0] <= flow.process.horizon && (times.last ?? -1) >= 0,
      "times \(times) do not descend within [0, \(flow.process.horizon)]")
    return times.map { NoiseLevel(flow.process, at: $0) }
  }
}

/// All samplers of few steps.
public enum FewStepSamplers {
  /// In the order in which they are listed to users.
  public static let all: [any FewStepSampler.Type] = [
    EulerSampler.self, HeunSampler.self, RungeKuttaSampler.self, SecondOrderMultistepSampler.self,
    ThirdOrderMultistepSampler.self, UniPCSampler.self, ImprovedPNDMSampler.self,
  ]

  /// The sampler of that name, if there is one.
  public static func named(_ name: String) -> (any FewStepSampler.Type)? {
    all.first { $0.name == name }
  }
}
