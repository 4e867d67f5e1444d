public import Arrays

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
  /// The order of convergence.
  static var order: Int { get }
  /// Evaluations of the denoiser on a grid of n segments that ends at noise level 0, or above it.
  static func evaluations(segments n: Int, endsAtZero: Bool) -> Int
  /// Carries each row of x, N×d, from times[0] to the last of the descending times.
  static func run(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, along times: [Double]
  ) -> Matrix<Double>
}

/// All samplers of few steps.
public enum FewStepSamplers {
  /// In the order in which they are listed to users.
  public static let all: [any FewStepSampler.Type] = [EulerSampler.self]

  /// The sampler of that name, if there is one.
  public static func named(_ name: String) -> (any FewStepSampler.Type)? {
    all.first { $0.name == name }
  }
}
