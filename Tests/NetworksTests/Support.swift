import Arrays
import Networks
import Testing

/// All tests of this module, one after another: some change the number of threads.
@Suite(.serialized) struct NetworksTests {}

/// The largest difference, relative to the largest magnitude of `b`.
func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.reduce(1e-300) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

/// A batch of normals and the targets of a smooth function.
func regression(rows: Int, inputs: Int, outputs: Int, seed: UInt64) -> (
  Matrix<Float>, Matrix<Float>
) {
  let x = RandomStream(seed: seed).normals(rows: rows, columns: inputs)
  var y = Matrix<Double>(rows: rows, columns: outputs)
  for i in 0..<rows {
    for j in 0..<outputs { y[i, j] = x[i, j % inputs] * x[i, (j + 1) % inputs] - 0.5 * x[i, 0] }
  }
  return (x.inSinglePrecision, y.inSinglePrecision)
}
