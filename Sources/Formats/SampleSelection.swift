public import Arrays

/// Which columns of a data set are samples, and in what units.
public struct SampleSelection: Sendable, Equatable {
  /// The columns to keep, counted from 1; all if nil.
  public var columns: ClosedRange<Int>?
  /// The interval that becomes [−1, 1] by an affine map; values stay as they are if nil.
  public var rescaled: ClosedRange<Double>?

  /// A selection; by default everything as it is.
  public init(columns: ClosedRange<Int>? = nil, rescaled: ClosedRange<Double>? = nil) {
    self.columns = columns
    self.rescaled = rescaled
  }

  /// Reads a data set in any format of `Samples` and selects from it.
  ///
  /// - Throws: `FormatError` for an unreadable file, columns that it lacks, or an empty interval.
  public func read(_ path: String) throws(FormatError) -> Matrix<Double> {
    var data = try Samples.read(path)
    if let columns {
      guard columns.lowerBound >= 1, columns.upperBound <= data.columns else {
        throw .malformed(
          path: path, location: nil,
          problem: "columns \(columns.lowerBound) to \(columns.upperBound) are asked for, but it "
            + "has \(data.columns)", advice: "count columns from 1")
      }
      let kept = (0..<data.rows).flatMap { i in
        columns.map { data[i, $0 - 1] }
      }
      data = Matrix(rows: data.rows, columns: columns.count, elements: kept)
    }
    if let rescaled {
      let (low, high) = (rescaled.lowerBound, rescaled.upperBound)
      for i in data.elements.indices {
        data.elements[i] = 2 * (data.elements[i] - low) / (high - low) - 1
      }
    }
    return data
  }
}
