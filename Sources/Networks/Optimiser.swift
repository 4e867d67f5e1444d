/// Takes steps down a gradient; its whole state is public, so that a copy of it and of the parameters
/// resumes a run bit for bit.
public protocol Optimiser: Sendable {
  /// The running mean of the gradients, one number a parameter.
  var firstMoment: [Float] { get set }
  /// The running mean of their squares; 0 where the rule needs none.
  var secondMoment: [Float] { get set }
  /// The number of steps taken.
  var stepCount: Int { get set }

  /// Takes one step; the same bits for every number of threads.
  ///
  /// If the gradient's norm is not finite nothing changes: the caller must look at the result.
  ///
  /// - Parameters:
  ///   - parameters: changed in place.
  ///   - gradient: with respect to them.
  ///   - learningRate: η of this step.
  /// - Returns: the norm of the gradient.
  mutating func step(_ parameters: inout [Float], gradient: [Float], learningRate: Float) -> Double
}

extension AdamW: Optimiser {}
