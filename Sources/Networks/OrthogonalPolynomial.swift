/// One step p(σ) = aσ + bσ³ + cσ⁵ by which singular values are brought near 1.
package struct OrthogonalPolynomial: Sendable, Equatable {
  /// The factors of σ, σ³ and σ⁵.
  package let a, b, c: Float

  private init(_ a: Float, _ b: Float, _ c: Float) { (self.a, self.b, self.c) = (a, b, c) }

  /// p(σ).
  package func callAsFunction(_ sigma: Double) -> Double {
    let square = sigma * sigma
    return sigma * (Double(a) + square * (Double(b) + square * Double(c)))
  }

  /// Singular values from this up to 1 are brought to within `error` of 1; smaller ones are
  /// multiplied by up to 78.
  package static let smallest = 0.01
  /// See `smallest`.
  package static let error = 0.2695

  /// The steps in their order.
  ///
  /// No three odd polynomials of degree 5, one after the other, have a smaller largest distance from 1
  /// over [.01, 1]: each is the best one on the interval into which those before it carry the range
  /// (Amsel, Persson, Musco and Gower, "The Polar Express", 2025, theorem 3.1), here found by
  /// Remez's exchange in Tests/NetworksTests/Fixtures/muon.py. Five equal steps 3.4445, −4.7750,
  /// 2.0315 after division by the Frobenius norm (Jordan and others, 2024) reach smaller values
  /// still, with the same errors of students.
  package static let all = [
    OrthogonalPolynomial(8.09336851, -23.6204303, 17.4461518),
    OrthogonalPolynomial(3.63658555, -2.72192675, 0.536546288),
    OrthogonalPolynomial(2.66129999, -1.97715452, 0.452616407),
  ]
}
