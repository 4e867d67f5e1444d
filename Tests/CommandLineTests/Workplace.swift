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
    try makeTeacher(folder)
    try FileManager.default.removeItem(
      at: folder.url.appending(path: "stopped/segments/01.safetensors"))
    try makeExperiments(folder)
    return folder
  }

  /// A learned teacher, and what can be wrong with one.
  private static func makeTeacher(_ folder: TemporaryFolder) throws {
    let made = try Executable.run(
      [
        "learn", "x-many.csv", "--steps", "5", "--batch", "16", "--width", "8", "--depth", "1",
        "-o", "teacher.safetensors",
      ], in: folder.url)
    try #require(made.status == 0, "\(made.errors)")
    let teacher = try Data(contentsOf: folder.url.appending(path: "teacher.safetensors"))
    try write(teacher.prefix(200), "t-truncated.safetensors", folder)
    let run = try Executable.run(
      ["distill", "teacher.safetensors", "--segments", "2", "--rule", "log-snr", "-o", "learned"]
        + quick, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
  }

  /// An experiment of one tiny cell, and what can be wrong with such a folder.
  private static func makeExperiments(_ folder: TemporaryFolder) throws {
    for (steps, name) in [("3", "experiment"), ("4", "e-other")] {
      let made = try Executable.run(
        [
          "reproduce", "score", "--steps", steps, "--only", "width=64", "--only", "t=0.9", "-o",
          name,
        ], in: folder.url)
      try #require(made.status == 0, "\(made.errors)")
    }
    let result = "results/sigma0-0.1_width-64_t-0.9_seed-0.json"
    func damaged(_ name: String, _ file: String, _ change: (String) -> String) throws {
      let copy = folder.url.appending(path: name)
      try FileManager.default.copyItem(at: folder.url.appending(path: "experiment"), to: copy)
      let url = copy.appending(path: file)
      let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
      try #require(change(text) != text)
      try Data(change(text).utf8).write(to: url)
    }
    try damaged("e-plan", "experiment.json") { String($0.dropLast(9)) }
    try damaged("e-version", "experiment.json") {
      $0.replacing("flowdistill.experiment/1", with: "flowdistill.experiment/2")
    }
    try damaged("e-result", result) { String($0.prefix(100)) }
    try damaged("e-foreign", result) { $0.replacing(#""64""#, with: #""128""#) }
    try damaged("e-conflict", result) {
      $0.replacing(/"steps": *3/, with: #""steps": 4"#)
    }
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
    "p.csv": "t,rate\n0,1\n0.5,3\n1,0\n",
    "p-negative.csv": "t,rate\n0,1\n0.5,-3\n1,0\n",
    "p-nan.csv": "t,rate\n0,1\n0.5,nan\n1,0\n",
    "p-order.csv": "t,rate\n0,1\n1,3\n0.5,0\n",
    "p-short.csv": "t,rate\n0,1\n0.5,3\n",
    "p-one.csv": "t,rate\n0,1\n",
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
