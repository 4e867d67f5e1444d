import Arrays

extension StudentNetwork {
  /// A certified bound on the Lipschitz constant, everywhere or on a box; infinite where none is known.
  ///
  /// A composition x ← a x + c s(x) has at most the product of |a| + |c| Lip(s) over its blocks.
  public func lipschitzCertificate(on box: InputBox? = nil) -> LipschitzCertificate {
    if let perceptron { return perceptron.lipschitzCertificate(on: box) }
    guard case .composition(let architecture) = architecture else {
      return .infinite("no bound is known for attention, whose slope grows with its input")
    }
    let composition = ResidualComposition(architecture, parameters: parameters)
    var product = 1.0
    for (k, block) in architecture.blocks.enumerated() {
      // A box bounds the first block's inputs only.
      let certificate = composition.block(k).lipschitzCertificate()
      if let reason = certificate.reason { return .infinite(reason) }
      product *= abs(block.stateFactor) + abs(block.networkFactor) * certificate.value
    }
    return LipschitzCertificate(
      constant: product * (1 + 4 * Double(architecture.blocks.count) * .ulpOfOne))
  }
}
