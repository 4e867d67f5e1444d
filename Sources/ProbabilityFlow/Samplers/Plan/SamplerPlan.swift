/// What a sampler does on a grid, as a linear programme: every state is a linear combination of earlier
/// states and of denoised states E[X_0|u_j, θ_j], with coefficients that depend on the noise levels alone.
///
/// States are u = x/√(α² + σ²). The last node is the state at the end of the grid.
public struct SamplerPlan<S: SamplerScalar>: Sendable {
  /// One node of the programme.
  public enum Node: Sendable {
    /// The state at the beginning of the grid.
    case start
    /// A linear combination of earlier nodes.
    case combination([Term])
    /// The denoised state E[X_0|u, θ] of an earlier node u.
    case denoised(of: Int, at: NoiseLevel<S>)
  }

  /// An earlier node with its coefficient.
  public struct Term: Sendable {
    /// The index of the node.
    public let node: Int
    /// What it is multiplied by.
    public let coefficient: S
  }

  /// The nodes in the order in which they are computed.
  public private(set) var nodes: [Node] = [.start]

  /// The index of the state at the beginning.
  public static var start: Int { 0 }

  /// A plan that does nothing yet.
  public init() {}

  /// The number of evaluations of the denoiser.
  public var evaluations: Int {
    nodes.count { if case .denoised = $0 { true } else { false } }
  }

  /// Adds the denoised state of a node.
  public mutating func denoise(_ node: Int, at level: NoiseLevel<S>) -> Int {
    nodes.append(.denoised(of: node, at: level))
    return nodes.count - 1
  }

  /// Adds a linear combination of nodes.
  public mutating func combine(_ terms: [(node: Int, coefficient: S)]) -> Int {
    precondition(terms.allSatisfy { $0.node < nodes.count }, "a node that does not exist yet")
    nodes.append(.combination(terms.map { Term(node: $0.node, coefficient: $0.coefficient) }))
    return nodes.count - 1
  }

  /// Adds u' = (sin θ'/sin θ) u + (sin(θ − θ')/sin θ) Σ_j w_j D_j, the exact solution of the flow from θ
  /// to θ' if Σ_j w_j D_j were the denoised state all the way.
  public mutating func step(
    _ state: Int, from level: NoiseLevel<S>, to next: NoiseLevel<S>,
    denoised weights: [(node: Int, coefficient: S)]
  ) -> Int {
    let gain = level.gain(to: next)
    return combine(
      [(state, level.decay(to: next))] + weights.map { ($0.node, gain * $0.coefficient) })
  }

  /// Adds a step of Euler's method.
  public mutating func eulerStep(
    _ state: Int, from level: NoiseLevel<S>, to next: NoiseLevel<S>, denoised: Int
  ) -> Int {
    step(state, from: level, to: next, denoised: [(denoised, S(1))])
  }
}
