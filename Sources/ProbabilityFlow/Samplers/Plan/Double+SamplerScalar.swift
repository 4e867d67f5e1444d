import RealModule

extension Double: SamplerScalar {
  public var value: Double { self }
  public static func squareRoot(_ x: Double) -> Double { x.squareRoot() }
}
