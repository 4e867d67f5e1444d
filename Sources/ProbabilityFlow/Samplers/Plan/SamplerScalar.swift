/// What the coefficients of a sampler are computed in: numbers, or numbers with their derivatives.
public protocol SamplerScalar: Sendable {
  /// A constant.
  init(_ value: Double)
  /// The number itself, for decisions.
  var value: Double { get }
  /// The natural logarithm.
  static func log(_ x: Self) -> Self
  /// The square root.
  static func squareRoot(_ x: Self) -> Self
  /// The sum.
  static func + (a: Self, b: Self) -> Self
  /// The difference.
  static func - (a: Self, b: Self) -> Self
  /// The product.
  static func * (a: Self, b: Self) -> Self
  /// The quotient.
  static func / (a: Self, b: Self) -> Self
}

extension SamplerScalar {
  /// The product with a constant.
  public static func * (a: Double, b: Self) -> Self { Self(a) * b }
  /// The quotient by a constant.
  public static func / (a: Self, b: Double) -> Self { Self(1 / b) * a }
  /// The quotient of a constant.
  public static func / (a: Double, b: Self) -> Self { Self(a) / b }
  /// The sum with a constant.
  public static func + (a: Double, b: Self) -> Self { Self(a) + b }
  /// The difference from a constant.
  public static func - (a: Double, b: Self) -> Self { Self(a) - b }
  /// The difference with a constant.
  public static func - (a: Self, b: Double) -> Self { a - Self(b) }
  /// The negative.
  public static prefix func - (a: Self) -> Self { Self(0) - a }
}
