/// Products of sparse matrices in compressed rows with blocks of samples.
///
/// A block holds one coordinate of all its samples after the other, so that a weight multiplies
/// neighbouring numbers.
public enum SparseKernels {
  /// Samples in a block.
  public static let lanes = 64

  /// biases + weights · state for one block.
  ///
  /// - Parameters:
  ///   - rowStarts: where each row's weights begin, and the end.
  ///   - columns: the column of each weight, below state.count/lanes.
  ///   - weights: the weights, as many as columns.
  ///   - biases: one a row.
  ///   - state: columns × lanes.
  /// - Returns: rows × lanes.
  public static func affine(
    rowStarts: [Int], columns: [Int], weights: [Double], biases: [Double], state: [Double]
  ) -> [Double] {
    product(rowStarts, columns, weights, biases, state)
  }

  /// The same in single precision.
  public static func affine(
    rowStarts: [Int], columns: [Int], weights: [Float], biases: [Float], state: [Float]
  ) -> [Float] {
    product(rowStarts, columns, weights, biases, state)
  }

  private static func product<Element: BinaryFloatingPoint>(
    _ rowStarts: [Int], _ columns: [Int], _ weights: [Element], _ biases: [Element],
    _ state: [Element]
  ) -> [Element] {
    precondition(
      rowStarts.count == biases.count + 1 && columns.count == weights.count
        && rowStarts.allSatisfy((0...weights.count).contains), "rows that do not fit")
    let lanes = lanes
    return unsafe [Element](unsafeUninitializedCapacity: biases.count * lanes) { result, count in
      count = biases.count * lanes
      unsafe state.withUnsafeBufferPointer { state in
        for i in 0..<biases.count {
          let out = unsafe UnsafeMutableBufferPointer(
            rebasing: result[i * lanes..<(i + 1) * lanes])
          unsafe out.initialize(repeating: biases[i])
          for place in rowStarts[i]..<rowStarts[i + 1] {
            let weight = weights[place]
            let from = unsafe UnsafeBufferPointer(
              rebasing: state[columns[place] * lanes..<(columns[place] + 1) * lanes])
            for lane in 0..<lanes { unsafe out[lane] += weight * from[lane] }
          }
        }
      }
    }
  }
}
