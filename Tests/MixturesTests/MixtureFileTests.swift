import Arrays
import Formats
import Foundation
import Mixtures
import TestSupport
import Testing

/// Calls `body` with the path of a file that holds `text`.
private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
  let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
  try text.write(to: url, atomically: true, encoding: .utf8)
  defer { try? FileManager.default.removeItem(at: url) }
  try body(url.path)
}

@Test(arguments: CovarianceType.allCases)
func aMixtureSurvivesItsFileToTheLastBit(_ type: CovarianceType) throws {
  for seed in 0..<20 {
    let mixture = try RandomCase(seed, type).mixture
    try withFile(mixture.json.text()) { path in
      let read = try GaussianMixture(contentsOf: path)
      #expect(read == mixture, "\(type), seed \(seed)")
    }
  }
}

@Test func theFileFormatIsTheDocumentedOne() throws {
  let text = """
    {"format": "flowdistill.mixture/1", "weights": [0.5, 0.5], "means": [[-1, 0], [1, 0]],
     "covariances": {"type": "spherical", "variances": [0.1, 0.1]}}
    """
  try withFile(text) { path in
    let mixture = try GaussianMixture(contentsOf: path)
    #expect(mixture.means == Matrix([[-1, 0], [1, 0]]))
    #expect(mixture.covariances == .spherical([0.1, 0.1]))
    #expect(mixture.diameter == 2)
  }
}

/// Every fault is refused, and the message names the file and the part.
@Test(arguments: [
  ("mixture/1", "mixture/2", "format"),
  ("[0.5, 0.5]", "[0.5, 0.6]", "weights"),
  ("[0.5, 0.5]", "[1]", "weights"),
  ("[0.5, 0.5]", "[1.5, -0.5]", "weights"),
  ("[-1, 0]", "[-1]", "means"),
  ("[-1, 0]", "[NaN, 0]", "line 1"),
  ("[-1, 0]", "[1e400, 0]", "line 1"),
  ("[-1, 0]", "[null, 0]", "means[0][0]"),
  ("spherical", "round", "covariances.type"),
  ("[0.1, 0.1]", "[0.1]", "variances"),
  ("[0.1, 0.1]", "[0.1, 0]", "variances[1]"),
  ("\"weights\"", "\"wieghts\"", "wieghts"),
  ("\"variances\"", "\"extra\": 1, \"variances\"", "extra"),
  ("\"weights\": [0.5, 0.5]", "\"weights\": [0.5, 0.5], \"weights\": [1]", "weights"),
])
func faultsInFilesAreNamed(_ sound: String, _ broken: String, _ part: String) throws {
  let text =
    #"{"format": "flowdistill.mixture/1", "weights": [0.5, 0.5], "means": [[-1, 0], [1, 0]], "#
    + #""covariances": {"type": "spherical", "variances": [0.1, 0.1]}}"#
  try withFile(text) { _ = try GaussianMixture(contentsOf: $0) }
  try withFile(text.replacingOccurrences(of: sound, with: broken)) { path in
    let error = #expect(throws: FormatError.self) { _ = try GaussianMixture(contentsOf: path) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(part), "\(message)")
    #expect(message.contains(path), "\(message)")
  }
}
