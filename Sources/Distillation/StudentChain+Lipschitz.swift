import Arrays
public import Formats
public import Mixtures
import Networks
import ProbabilityFlow
import Stability

/// Certified Lipschitz constants of one student.
public struct StudentLipschitz: Sendable, Equatable {
  /// The time at which the student starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double
  /// The bound for all inputs; infinite with ReQU layers.
  public let global: Double
  /// The same from the product of spectral norms.
  public let productOfNorms: Double
  /// The bound on the box in which each coordinate is within six standard deviations of some
  /// component of p_t, t = `from`.
  public let local: Double
  /// Why the global bound is infinite, if it is.
  public let reason: String?
  /// Why the local bound is infinite, if it is.
  public let localReason: String?
}

extension Student {
  /// A certified bound on Lip(Ψ) from one of its network: the same for a plain student,
  /// 1 + c Lip for a residual one, ‖A‖ + (c/s) Lip for one with an affine part.
  public func lipschitzBound(_ network: Double) -> Double {
    guard let affine = form.affine else {
      return parametrisation == .residual ? 1 + abs(scale) * network : network
    }
    return affine.spectralNorm + abs(scale) / affine.deviation * network
  }

  /// The certified constants of this student, everywhere and where p_t lives.
  public func lipschitz(_ marginal: Marginal) -> StudentLipschitz {
    let everywhere = network.lipschitzCertificate()
    // A box gains next to nothing where slopes are bounded anyway.
    let box =
      everywhere.value.isFinite
      ? everywhere
      : network.lipschitzCertificate(
        on: marginal.box(deviations: 6).scaled(form.affine)
          .with(form.timeFeatures.map { Double($0) }))
    return StudentLipschitz(
      from: from, to: to, global: lipschitzBound(everywhere.value),
      productOfNorms: lipschitzBound(everywhere.productOfNorms),
      local: lipschitzBound(box.value), reason: everywhere.reason,
      localReason: box.reason)
  }
}

extension ConstructedStudent {
  /// No bound: products of ReQU layers are Lipschitz on bounded sets only, and the certificate of a
  /// constructed network is its distance to the flow map.
  public var lipschitz: StudentLipschitz {
    let reason = "a constructed network's certificate is its distance to the flow map"
    return StudentLipschitz(
      from: from, to: to, global: .infinity, productOfNorms: .infinity, local: .infinity,
      reason: reason, localReason: reason)
  }
}

extension StudentChain {
  /// The certified constants of all students; the product of the global ones bounds the chain.
  public func lipschitz(_ plan: DistillationPlan) -> [StudentLipschitz] {
    segments.map { segment in
      switch segment {
      case .trained(let student): student.lipschitz(plan.flow.marginal(at: student.from))
      case .constructed(let student): student.lipschitz
      }
    }
  }
}

extension StudentLipschitz {
  /// The constants as `evaluate --json` prints them.
  public var json: JSON {
    var object = JSONObject([
      ("from", .number(from)), ("to", .number(to)), ("global", .number(global)),
      ("product_of_norms", .number(productOfNorms)), ("local", .number(local)),
      ("region", "each coordinate within 6 standard deviations of a component of p_t"),
      ("kind", .string(Kind.certificate.rawValue)),
    ])
    if let reason { object["reason"] = .string(reason) }
    if let localReason { object["local_reason"] = .string(localReason) }
    return .object(object)
  }
}

extension InputBox {
  /// The box as the network of an affine student sees it.
  fileprivate func scaled(_ affine: AffineSkip?) -> InputBox {
    guard let affine else { return self }
    func seen(_ x: [Double]) -> [Double] { affine.scaled(Matrix([x])).elements }
    return InputBox(lower: seen(lower), upper: seen(upper))
  }

  /// The box with more coordinates, each of one value.
  fileprivate func with(_ values: [Double]) -> InputBox {
    InputBox(lower: lower + values, upper: upper + values)
  }
}

extension Marginal {
  /// The box in which each coordinate is within so many standard deviations of some component.
  func box(deviations: Double) -> InputBox {
    let d = mixture.dimension
    var (lower, upper) = (
      [Double](repeating: .infinity, count: d), [Double](repeating: -.infinity, count: d)
    )
    for k in 0..<mixture.componentCount {
      let covariance = mixture.covariance(k)
      for a in 0..<d {
        let variance = alpha * alpha * covariance[a, a] + sigmaSquared
        let (centre, reach) = (alpha * mixture.means[k, a], deviations * variance.squareRoot())
        lower[a] = min(lower[a], centre - reach)
        upper[a] = max(upper[a], centre + reach)
      }
    }
    return InputBox(lower: lower, upper: upper)
  }
}
