import FlowDistill
import Foundation

/// The mixtures, flows and batches that the benchmarks work on.
enum Subjects {
  /// The paper's flow: 20 components in 64 dimensions.
  static func paper(sigma0: Double = 1) throws -> ProbabilityFlow {
    ProbabilityFlow(try .paper(seed: 0, sigma0: sigma0), OrnsteinUhlenbeck.paper())
  }

  /// A mixture of K unit Gaussians with means uniform in [−5, 5]^d.
  static func mixture(components k: Int, dimension d: Int) throws -> GaussianMixture {
    let means = RandomStream(seed: 1).uniforms(k * d).map { 10 * $0 - 5 }
    return try GaussianMixture(
      weights: Array(repeating: 1 / Double(k), count: k),
      means: Matrix(rows: k, columns: d, elements: means),
      covariances: .spherical(Array(repeating: 1, count: k)))
  }

  /// Standard normals, N×d.
  static func noise(_ rows: Int, _ columns: Int, seed: UInt64 = 2) -> Matrix<Double> {
    RandomStream(seed: seed).normals(rows: rows, columns: columns)
  }

  /// The digits of the demo, in [−1, 1]^64.
  static func digits() throws -> Matrix<Double> {
    let path = try repository() + "/Examples/digits/digits.csv.gz"
    return try SampleSelection(columns: 1...64, rescaled: 0...16).read(path)
  }

  /// The folder of the library, which the working directory is or lies in.
  static func repository() throws -> String {
    let manager = FileManager.default
    for folder in [".", "..", "../.."]
    where manager.fileExists(atPath: folder + "/Examples/digits/digits.csv.gz") {
      return folder
    }
    throw UsageError("Examples/digits is not there; start it in the repository or in Benchmarks")
  }

  /// Calls `body` with the path of a folder that does not exist yet and is removed afterwards.
  static func withScratch<T>(_ body: (String) throws -> T) throws -> T {
    let path = NSTemporaryDirectory() + "/flowdistill-benchmark-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
