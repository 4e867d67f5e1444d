public import Mixtures
import RealModule

/// A noise level as an angle θ = atan(σ/α), from 0 (data) to ½π (pure noise), given by its sine and
/// cosine.
///
/// The state that goes with it is u = x/√(α² + σ²), which is cos θ X_0 + sin θ Z: every process
/// becomes this variance-preserving one, and the flows agree in u at equal levels. Unlike the noise level
/// σ̂ = tan θ of EDM it is regular at both ends: nothing is infinite where α = 0.
public struct NoiseLevel<S: SamplerScalar>: Sendable {
  /// σ/√(α² + σ²).
  public let sine: S
  /// α/√(α² + σ²).
  public let cosine: S

  /// A level from its sine and cosine.
  public init(sine: S, cosine: S) { (self.sine, self.cosine) = (sine, cosine) }

  /// Whether this is level 0, the data.
  public var isData: Bool { sine.value == 0 }

  /// Whether this is pure noise, α = 0.
  public var isNoise: Bool { cosine.value == 0 }

  /// sin θ'/sin θ, the factor that keeps the noise of u in a step from θ to θ'.
  public func decay(to next: NoiseLevel) -> S { next.sine / sine }

  /// sin(θ − θ')/sin θ = cos θ' (1 − e^{−h}), the weight of a denoised state that is constant over the
  /// step from θ to θ'.
  public func gain(to next: NoiseLevel) -> S {
    (sine * next.cosine - cosine * next.sine) / sine
  }

  /// The step h = log(tan θ/tan θ') in λ = log(α/σ).
  ///
  /// - Precondition: this is not pure noise, and the next is not level 0.
  public func logStep(to next: NoiseLevel) -> S {
    precondition(!isNoise && !next.isData, "an infinite step in log(α/σ)")
    return .log((sine * next.cosine) / (cosine * next.sine))
  }

  /// tan θ'/tan θ = e^{−h} = σ̂'/σ̂.
  public func ratio(to next: NoiseLevel) -> S { (next.sine * cosine) / (next.cosine * sine) }

  /// The level at the mean of σ̂ and σ̂'.
  ///
  /// - Precondition: neither is pure noise.
  public func middle(to next: NoiseLevel) -> NoiseLevel {
    precondition(!isNoise && !next.isNoise, "the middle of an infinite noise level")
    // tan θ + tan θ' = sin(θ + θ')/(cos θ cos θ').
    let sum = sine * next.cosine + cosine * next.sine
    let two = 2 * (cosine * next.cosine)
    let norm = S.squareRoot(sum * sum + two * two)
    return NoiseLevel(sine: sum / norm, cosine: two / norm)
  }
}

extension NoiseLevel where S == Double {
  /// The level of a process at a time.
  public init(_ process: any ForwardProcess, at t: Double) {
    let (alpha, sigma) = (process.alpha(t), process.sigmaSquared(t).squareRoot())
    let norm = Double.hypot(alpha, sigma)
    self.init(sine: sigma / norm, cosine: alpha / norm)
  }

  /// The angle θ.
  public var angle: Double { .atan2(y: sine, x: cosine) }
}

extension NoiseLevel where S == DualNumber {
  /// A level whose angle is variable i of `count`; a constant one if `i` is nil.
  init(_ level: NoiseLevel<Double>, variable i: Int?, of count: Int) {
    func partials(_ derivative: Double) -> [Double] {
      i.map { i in (0..<count).map { $0 == i ? derivative : 0 } } ?? []
    }
    self.init(
      sine: DualNumber(level.sine, partials(level.cosine)),
      cosine: DualNumber(level.cosine, partials(-level.sine)))
  }

  /// The partial derivatives of the angle: cos θ d sin θ − sin θ d cos θ.
  var anglePartials: [Double] {
    zip(sine.partials, cosine.partials).map { cosine.value * $0 - sine.value * $1 }
  }
}
