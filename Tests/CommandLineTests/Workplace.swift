import Foundation
import Testing

/// A folder with good and bad inputs, made once and copied for each test that may change it.
enum Workplace {
  static let original = Result { try make() }

  /// A fresh copy.
  static func copy() throws -> TemporaryFolder { try TemporaryFolder(copying: original.get().url) }

  /// Options of a training that takes a blink.
  static let quick = ["--width", "8", "--depth", "1", "--batch", "16", "--steps", "6"]

  private static func make() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, content) in texts { try write(Data(content.utf8), name, folder) }
    for (name, content) in arrays { try write(content, name, folder) }
    for (name, grid) in [("run", "grid.json"), ("stopped", "grid.json")] {
      let made = try Executable.run(
        ["distill", "m.json", "--grid", grid, "-o", name] + quick, in: folder.url)
      try #require(made.status == 0, "\(made.errors)")
    }
    try FileManager.default.removeItem(
      at: folder.url.appending(path: "stopped/segments/01.safetensors"))
    return folder
  }

  private static func write(_ data: Data, _ name: String, _ folder: TemporaryFolder) throws {
    try data.write(to: folder.url.appending(path: name))
  }

  /// A mixture file with some parts replaced.
  private static func mixture(
    weights: String = "[0.5, 0.5]", means: String = "[[-1, 0], [1, 0]]",
    covariances: String = #"{"type": "spherical", "variances": [0.1, 0.1]}"#, more: String = "",
    version: Int = 1
  ) -> String {
    """
    {"format": "flowdistill.mixture/\(version)", "weights": \(weights), "means": \(means),
     "covariances": \(covariances)\(more)}
    """
  }

  private static func full(_ matrix: String) -> String {
    #"{"type": "full", "matrices": [[[1, 0], [0, 1]], \#(matrix)]}"#
  }

  private static func grid(_ times: String) -> String {
    #"{"format": "flowdistill.grid/1", "rule": "mine", "process": {"type": "ou", "beta": 5, "#
      + #""sigma_inf": 1, "horizon": 1}, "times": \#(times), "kind": "estimate"}"#
  }

  private static let texts = [
    "m.json": mixture(),
    "m-unequal.json": mixture(covariances: #"{"type": "diag", "variances": [[1, 2], [2, 1]]}"#),
    "m-nan.json": mixture(weights: "[NaN, 0.5]"),
    "m-huge.json": mixture(means: "[[1e999, 0], [1, 0]]"),
    "m-null.json": mixture(means: "[[null, 0], [1, 0]]"),
    "m-negative.json": mixture(weights: "[1.5, -0.5]"),
    "m-sum.json": mixture(weights: "[0.5, 0.4]"),
    "m-weights.json": mixture(weights: "[0.5, 0.25, 0.25]"),
    "m-ragged.json": mixture(means: "[[-1, 0], [1]]"),
    "m-flat.json": mixture(means: "[-1, 1]"),
    "m-empty-means.json": mixture(weights: "[]", means: "[]"),
    "m-variances.json": mixture(covariances: #"{"type": "spherical", "variances": [1, 1, 1]}"#),
    "m-zero.json": mixture(covariances: #"{"type": "spherical", "variances": [1, 0]}"#),
    "m-type.json": mixture(covariances: #"{"type": "sphere", "variances": [1, 1]}"#),
    "m-indefinite.json": mixture(covariances: full("[[1, 2], [2, 1]]")),
    "m-asymmetric.json": mixture(covariances: full("[[1, 0.5], [0.4, 1]]")),
    "m-square.json": mixture(covariances: full("[[1, 0.5]]")),
    "m-repeated.json": mixture(more: #", "weights": [0.5, 0.5]"#),
    "m-unknown.json": mixture(more: #", "weigths": [0.5, 0.5]"#),
    "m-version.json": mixture(version: 2),
    "m-truncated.json": String(mixture().dropLast(20)),
    "m-trailing.json": mixture() + "{}",
    "m-list.json": "[1, 2]",
    "m-missing.json": #"{"format": "flowdistill.mixture/1", "weights": [1]}"#,
    "m-deep.json": String(repeating: "[", count: 100_000),
    "empty.json": "",
    "grid.json": grid("[1, 0.25, 0]"),
    "g-order.json": grid("[1, 0.25, 0.5, 0]"),
    "g-short.json": grid("[1, 0.25]"),
    "x-many.csv": (0..<40).map { "\($0 % 7),\(($0 * $0) % 11)\n" }.joined(),
    "x-equal.csv": String(repeating: "1,2\n", count: 9),
    "x-ragged.csv": "1,2\n3\n",
    "x-word.csv": "a,b\n1,two\n",
    "x-nan.csv": "1,nan\n",
    "x-far.csv": "1e200,1e200\n",
    "x-empty.csv": "",
  ]

  private static let arrays: [String: Data] = {
    let good = npy([[0.5, 1], [-1, 2], [0, 0]])
    return [
      "x.npy": good, "x-truncated.npy": good.dropLast(5), "x-header.npy": good.prefix(40),
      "x-long.npy": good + [1, 2, 3], "x-three.npy": npy([[1, 2, 3]]),
      "x-nan.npy": npy([[1, .nan]]), "x-infinite.npy": npy([[1, .infinity]]),
      "x-none.npy": npy([], columns: 2), "x-empty.npy": Data(), "x-text.npy": Data("hello".utf8),
      "x-object.npy": npy([[1, 2]], type: "|O"),
      "x-big.npy": npy([[1, 2]], shape: "(9223372036854775807, 9)"),
    ]
  }()

  /// A NumPy file written by hand, after the format's description.
  private static func npy(
    _ rows: [[Double]], columns: Int? = nil, type: String = "<f8", shape: String? = nil
  ) -> Data {
    let shape = shape ?? "(\(rows.count), \(columns ?? rows[0].count))"
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8)
    for value in rows.joined() {
      let bits = value.bitPattern
      data += Data((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) })
    }
    return data
  }
}
