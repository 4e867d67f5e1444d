import RealModule
public import Stability

extension MeasuredError {
  /// The error in L^p(p_t) with its standard error; nil for the uniform norm, whose largest error
  /// found has none.
  ///
  /// By the delta method for m^{1/p}, m the mean of ‖ŝ − s‖^p: the standard error of m times
  /// m^{1/p}/(p m).
  public func estimate(_ norm: ErrorNorm) -> Estimate? {
    guard let power = norm.power else { return nil }
    let mean = Estimate(meanOf: nearErrors.map { Double.pow($0, power) })
    let root = error(norm)
    guard mean.value > 0 else { return Estimate(value: root, standardError: mean.standardError) }
    return Estimate(value: root, standardError: root * mean.standardError / (power * mean.value))
  }
}
