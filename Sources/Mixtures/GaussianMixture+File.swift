import Arrays
public import Formats

extension GaussianMixture {
  /// The `format` of mixture files.
  public static let fileFormat = "flowdistill.mixture/1"

  /// Reads a mixture file.
  ///
  /// - Throws: `FormatError` that names the file and the key that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    try self.init(try JSONReader(contentsOf: path))
  }

  /// Decodes a mixture from an object of a file; unknown keys are refused.
  public init(_ reader: JSONReader) throws(FormatError) {
    var reader = reader
    try reader.format(GaussianMixture.fileFormat)
    let weights = try reader.numbers("weights")
    let means = try reader.matrix("means")
    var object = try reader.object("covariances")
    let type = try object.string("type")
    let covariances: Covariances
    switch type {
    case "spherical": covariances = .spherical(try object.numbers("variances"))
    case "diag": covariances = .diagonal(try object.matrix("variances"))
    case "tied": covariances = .tied(try object.matrix("matrices"))
    case "full": covariances = .full(try object.tensor3("matrices"))
    default:
      throw object.error(
        "type", "is \"\(type)\"", advice: "use spherical, diag, tied or full")
    }
    try object.finish()
    try reader.finish()
    do {
      try self.init(weights: weights, means: means, covariances: covariances)
    } catch {
      throw .malformed(
        path: reader.path, location: nil, problem: error.description, advice: nil)
    }
  }

  /// The mixture as it stands in files.
  public var json: JSON {
    let covariances: JSON =
      switch self.covariances {
      case .spherical(let variances):
        ["type": "spherical", "variances": .numbers(variances)]
      case .diagonal(let variances):
        ["type": "diag", "variances": rowsJSON(variances)]
      case .tied(let matrix):
        ["type": "tied", "matrices": rowsJSON(matrix)]
      case .full(let matrices):
        ["type": "full", "matrices": .array(matrices.map(rowsJSON))]
      }
    return [
      "format": .string(GaussianMixture.fileFormat), "weights": .numbers(weights),
      "means": rowsJSON(means), "covariances": covariances,
    ]
  }
}

/// A matrix as an array of rows.
private func rowsJSON(_ matrix: Matrix<Double>) -> JSON {
  .array((0..<matrix.rows).map { .numbers(matrix[row: $0]) })
}
