public import Arrays
import Construction
import Formats
import Mixtures
public import Networks

/// A constructed flow map of one segment.
public struct ConstructedStudent: Sendable, Equatable {
  /// The network, in double precision.
  public let network: SparseNetwork
  /// The time at which it starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double
  /// The certificate: ‖Ψ − Φ‖_{L²(p_t)} at t = `from` is at most this.
  public let errorBound: Double
  /// Whether the certificate says no more than that velocities lie in the hull of the means.
  public let isVacuous: Bool

  /// Ψ(x) for each row of x.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> { network(x) }
}

extension ConstructedStudent {
  /// The file: the network's, with metadata that tells the segment and the certificate.
  var file: Safetensors {
    network.safetensors(metadata: [
      "student": "constructed", "from": "\(from)", "to": "\(to)",
      "error_bound": "\(errorBound)", "vacuous": "\(isVacuous)",
    ])
  }

  /// Reads a student and checks that it is the plan's.
  init(
    _ path: String, plan: DistillationPlan, from: Double, to: Double
  ) throws(FormatError) {
    let file = try Safetensors.read(path)
    let network = try SparseNetwork(file, path: path)
    let d = plan.mixture.dimension
    guard network.inputDimension == d, network.outputDimension == d else {
      throw .malformed(
        path: path, location: nil,
        problem: "takes \(network.inputDimension) and gives \(network.outputDimension) coordinates",
        advice: "a student of this run has \(d)")
    }
    let expected = ["student": "constructed", "from": "\(from)", "to": "\(to)"]
    if let odd = expected.keys.sorted().first(where: { file.metadata[$0] != expected[$0] }) {
      throw .malformed(
        path: path, location: "__metadata__.\(odd)", problem: "is not that of this run's student",
        advice: nil)
    }
    guard let bound = file.metadata["error_bound"].flatMap({ Double($0) }), bound >= 0,
      let isVacuous = file.metadata["vacuous"].flatMap({ Bool($0) })
    else {
      throw .malformed(
        path: path, location: "__metadata__", problem: "error_bound or vacuous is missing",
        advice: nil)
    }
    self.init(network: network, from: from, to: to, errorBound: bound, isVacuous: isVacuous)
  }
}
