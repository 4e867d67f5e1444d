import Arrays
import Formats
import Mixtures
import Networks
import Stability

/// Students and their training state as safetensors.
///
/// Tensors `layers.i.weight` (outputs × inputs) and `layers.i.bias` are readable anywhere; a
/// checkpoint adds the optimiser's moments as `optimiser.first` and `optimiser.second`.
enum StudentFile {
  /// A finished student.
  static func write(_ student: Student, to path: String) throws(FormatError) {
    try Safetensors(tensors(student), metadata: metadata(student)).write(to: path)
  }

  /// Reads a finished student and checks that it is the plan's.
  static func read(
    _ path: String, plan: DistillationPlan, from: Double, to: Double
  ) throws(FormatError) -> Student {
    try student(try Safetensors.read(path), path, plan, from, to)
  }

  /// A student in training.
  static func writeCheckpoint(_ trainer: SegmentTrainer, to path: String) throws(FormatError) {
    let (student, optimiser) = (trainer.student, trainer.optimiser)
    var metadata = metadata(student)
    metadata["segment"] = String(trainer.segment)
    metadata["step"] = String(trainer.stepCount)
    let count = student.network.parameterCount
    try Safetensors(
      tensors(student) + [
        .init(name: "optimiser.first", shape: [count], values: .float32(optimiser.firstMoment)),
        .init(name: "optimiser.second", shape: [count], values: .float32(optimiser.secondMoment)),
      ], metadata: metadata
    ).write(to: path)
  }

  /// The training of segment `k` from a checkpoint, or nil if it belongs to another segment.
  static func readCheckpoint(
    _ path: String, plan: DistillationPlan, segment k: Int
  ) throws(FormatError) -> SegmentTrainer? {
    let file = try Safetensors.read(path)
    guard let segment = file.metadata["segment"].flatMap({ Int($0) }),
      let step = file.metadata["step"].flatMap({ Int($0) })
    else {
      throw .malformed(
        path: path, location: "__metadata__", problem: "segment or step is missing", advice: nil)
    }
    guard segment == k else { return nil }
    guard (0...plan.recipe.steps(segment: k, of: plan.grid.segmentCount)).contains(step) else {
      throw .malformed(
        path: path, location: "__metadata__.step", problem: "\(step) is not a step of segment \(k)",
        advice: nil)
    }
    let (from, to) = plan.grid.segments[k]
    let student = try student(file, path, plan, from, to)
    let count = student.network.parameterCount
    var optimiser = AdamW(parameterCount: count, settings: plan.recipe.optimiser)
    optimiser.firstMoment = try floats(file, "optimiser.first", count, path)
    optimiser.secondMoment = try floats(file, "optimiser.second", count, path)
    optimiser.stepCount = step
    return SegmentTrainer(plan, segment: k, student: student, optimiser: optimiser)
  }

  private static func tensors(_ student: Student) -> [Safetensors.Tensor] {
    student.network.layers.enumerated().flatMap { i, layer in
      [
        Safetensors.Tensor(
          name: "layers.\(i).weight", shape: [layer.weights.rows, layer.weights.columns],
          values: .float32(layer.weights.elements)),
        Safetensors.Tensor(
          name: "layers.\(i).bias", shape: [layer.biases.count], values: .float32(layer.biases)),
      ]
    }
  }

  private static func metadata(_ student: Student) -> [String: String] {
    [
      "format": "flowdistill.student/1", "parametrisation": student.parametrisation.rawValue,
      "scale": "\(student.scale)", "from": "\(student.from)", "to": "\(student.to)",
      "activations": student.network.layers.map(\.activation.rawValue).joined(separator: ","),
    ]
  }

  private static func student(
    _ file: Safetensors, _ path: String, _ plan: DistillationPlan, _ from: Double, _ to: Double
  ) throws(FormatError) -> Student {
    guard let scale = file.metadata["scale"].flatMap({ Double($0) }), scale.isFinite,
      file.metadata["parametrisation"] == plan.recipe.parametrisation.rawValue
    else {
      throw .malformed(
        path: path, location: "__metadata__", problem: "is not a student of this run", advice: nil)
    }
    let d = plan.mixture.dimension
    let shape = Architecture.mlp(
      dimensions: [d] + plan.recipe.hiddenWidths + [d],
      activations: plan.recipe.activations.cycle)
    var layers: [Network.Layer] = []
    for (i, layer) in shape.layers.enumerated() {
      let weights = try floats(file, "layers.\(i).weight", layer.weights.count, path)
      layers.append(
        Network.Layer(
          weights: Matrix(rows: layer.outputs, columns: layer.inputs, elements: weights),
          biases: try floats(file, "layers.\(i).bias", layer.biases.count, path),
          activation: layer.activation))
    }
    return Student(
      network: Network(layers: layers), parametrisation: plan.recipe.parametrisation, scale: scale,
      from: from, to: to)
  }

  private static func floats(
    _ file: Safetensors, _ name: String, _ count: Int, _ path: String
  ) throws(FormatError) -> [Float] {
    guard case .float32(let values)? = file[name]?.values, values.count == count else {
      throw .malformed(
        path: path, location: name, problem: "is not \(count) float32 numbers", advice: nil)
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .malformed(
        path: path, location: name, problem: "holds a number that is not finite", advice: nil)
    }
    return values
  }
}
