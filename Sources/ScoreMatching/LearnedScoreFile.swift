import Arrays
import Formats
import Networks
import Stability

/// Learned scores as safetensors, `flowdistill.teacher/1`.
///
/// `mean` (d), `axes` (d×d, one axis a row) and `variances` (d) are float64, the layers' `layers.i.weight`
/// (outputs × inputs) and `layers.i.bias` float32: those of the running mean. While learning goes on,
/// `training.parameters`, `training.first` and `training.second` hold weights and moments of the optimiser.
enum LearnedScoreFile {
  static let format = "flowdistill.teacher/1"

  /// What a teacher that still learns has beside.
  struct State {
    let parameters: [Float]
    let firstMoment: [Float]
    let secondMoment: [Float]
  }

  static func tensors(_ score: LearnedScore) -> [Safetensors.Tensor] {
    let (moments, d) = (score.moments, score.dimension)
    return [
      .init(name: "mean", shape: [d], values: .float64(moments.mean)),
      .init(name: "axes", shape: [d, d], values: .float64(moments.axes.elements)),
      .init(name: "variances", shape: [d], values: .float64(moments.variances)),
    ] + score.network.tensors
  }

  /// A teacher, and the state of its learning unless it is finished.
  ///
  /// - Throws: `FormatError` that names the tensor or key that is wrong.
  static func read(_ path: String) throws(FormatError) -> (LearnedScore, State?) {
    let file = try Safetensors.read(path)
    let record = try ScoreRecord(file.metadata, path: path)
    var known: Set<String> = []
    func values(_ name: String, _ shape: [Int]) throws(FormatError) -> Safetensors.Values {
      known.insert(name)
      guard let tensor = file[name], tensor.shape == shape else {
        throw refuse(path, name, "is not of shape \(shape)")
      }
      return tensor.values
    }
    func doubles(_ name: String, _ shape: [Int]) throws(FormatError) -> [Double] {
      guard case .float64(let found) = try values(name, shape), found.allSatisfy(\.isFinite) else {
        throw refuse(path, name, "is not finite float64")
      }
      return found
    }
    func floats(_ name: String, _ shape: [Int]) throws(FormatError) -> [Float] {
      guard case .float32(let found) = try values(name, shape), found.allSatisfy(\.isFinite) else {
        throw refuse(path, name, "is not finite float32")
      }
      return found
    }
    guard let d = file["mean"]?.shape.first, d > 0 else {
      throw refuse(path, "mean", "is missing or empty")
    }
    let variances = try doubles("variances", [d])
    guard variances.allSatisfy({ $0 > 0 }) else {
      throw refuse(path, "variances", "holds a number that is not positive")
    }
    let moments = DataMoments(
      mean: try doubles("mean", [d]),
      axes: Matrix(rows: d, columns: d, elements: try doubles("axes", [d, d])),
      variances: variances)
    let architecture = LearnedScore.architecture(
      dimension: d, hiddenWidths: record.recipe.hiddenWidths)
    var parameters: [Float] = []
    for (i, layer) in architecture.layers.enumerated() {
      parameters += try floats("layers.\(i).weight", [layer.outputs, layer.inputs])
      parameters += try floats("layers.\(i).bias", [layer.outputs])
    }
    let score = LearnedScore(
      moments: moments, network: Network(architecture, parameters: parameters), record: record)
    var state: State?
    if !record.isFinished {
      let shape = [architecture.parameterCount]
      state = State(
        parameters: try floats("training.parameters", shape),
        firstMoment: try floats("training.first", shape),
        secondMoment: try floats("training.second", shape))
    }
    if let odd = file.tensors.first(where: { !known.contains($0.name) }) {
      throw refuse(path, odd.name, "belongs to no teacher")
    }
    return (score, state)
  }

  static func refuse(_ path: String, _ place: String, _ problem: String) -> FormatError {
    .malformed(
      path: path, location: place, problem: problem,
      advice: "use a file that flowdistill learn wrote")
  }
}

extension ScoreLearner {
  /// The teacher, with the state of its learning unless it is finished.
  var file: Safetensors {
    var tensors = LearnedScoreFile.tensors(score)
    if !record.isFinished {
      let count = network.parameterCount
      tensors += [
        .init(
          name: "training.parameters", shape: [count], values: .float32(network.parameters)),
        .init(name: "training.first", shape: [count], values: .float32(optimiser.firstMoment)),
        .init(name: "training.second", shape: [count], values: .float32(optimiser.secondMoment)),
      ]
    }
    return Safetensors(tensors, metadata: record.metadata)
  }
}
