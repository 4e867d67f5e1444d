public import Arrays
import Formats
import Mixtures
public import ProbabilityFlow
import Schedules
public import Stability

/// How far generated samples are from real data: sliced Wasserstein distances of order 2, estimates.
///
/// All are between as many samples as there are data, so `floor` is what finite samples alone leave
/// between two sets of one law: two independent sets of the teacher's samples.
public struct SampleQuality: Sendable, Equatable {
  /// Between the students' samples and the data.
  public let students: Estimate
  /// Between the teacher's samples, from the same noise, and the data.
  public let teacher: Estimate
  /// Between two sets of the teacher's samples.
  public let floor: Estimate
  /// The number of samples on either side.
  public let sampleCount: Int

  /// Rows of the data that are used at most.
  public static let limit = 20_000

  /// Measures a chain against the rows of `data`.
  ///
  /// - Throws: `FlowError` if the teacher cannot carry a sample.
  /// - Precondition: the data have the plan's dimension and at least two rows.
  public init(
    _ chain: StudentChain, plan: DistillationPlan, data: Matrix<Double>, seed: UInt64
  ) throws(FlowError) {
    let count = min(data.rows, SampleQuality.limit)
    precondition(data.columns == plan.mixture.dimension && count > 1, "\(data.rows) data")
    let (flow, stream) = (plan.distilled, RandomStream(seed: seed).substream("sample-quality"))
    let start = plan.grid.times[0]
    func noise(_ name: String) throws(FlowError) -> Matrix<Double> {
      try flow.sample(
        count, at: start, tolerance: flow.referenceTolerance, from: stream.substream(name))
    }
    func arrivals(_ x: Matrix<Double>) throws(FlowError) -> Matrix<Double> {
      try flow.transport(x, from: start, to: 0, tolerance: flow.referenceTolerance)
        .orThrow().states
    }
    // Data are often sorted, and the distance's standard error takes rows for independent.
    let order = stream.substream("order").permutation(data.rows).prefix(count)
    let directions = stream.substream("directions")
    let toData = SlicedWasserstein(
      to: data.gatheringRows(Array(order)), directions: 256, from: directions)
    let x = try noise("noise")
    let reference = try arrivals(x)
    let other = try arrivals(noise("other"))
    students = toData.distance(of: chain(x))
    teacher = toData.distance(of: reference)
    floor = SlicedWasserstein(to: reference, directions: 256, from: directions).distance(of: other)
    sampleCount = count
  }

  /// The distances as they stand in evaluations.
  var json: JSON {
    var object = JSONObject([("samples", .integer(sampleCount))])
    for (name, estimate) in [
      ("sliced_wasserstein", students), ("teacher_sliced_wasserstein", teacher),
      ("sliced_wasserstein_floor", floor),
    ] {
      object[name] = .number(estimate.value)
      object["\(name)_standard_error"] = .number(estimate.standardError)
    }
    object["kind"] = .string(Kind.estimate.rawValue)
    return .object(object)
  }

  /// Decodes the distances from an object of a file.
  init(_ reader: JSONReader) throws(FormatError) {
    var reader = reader
    func estimate(_ name: String) throws(FormatError) -> Estimate {
      Estimate(
        value: try reader.number(name),
        standardError: try reader.number("\(name)_standard_error"))
    }
    sampleCount = try reader.integer("samples")
    students = try estimate("sliced_wasserstein")
    teacher = try estimate("teacher_sliced_wasserstein")
    floor = try estimate("sliced_wasserstein_floor")
    _ = try reader.string("kind")
    try reader.finish()
  }
}
