import Arrays
import Formats
import Mixtures
import Networks
import Schedules
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
    optimiser.firstMoment = try floats(file, "optimiser.first", [count], path)
    optimiser.secondMoment = try floats(file, "optimiser.second", [count], path)
    guard optimiser.secondMoment.allSatisfy({ $0 >= 0 }) else {
      throw .malformed(
        path: path, location: "optimiser.second", problem: "holds a negative mean square",
        advice: nil)
    }
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
    let d = plan.mixture.dimension
    let architecture = Architecture.mlp(
      dimensions: [d] + plan.recipe.hiddenWidths + [d],
      activations: plan.recipe.activations.cycle)
    let scale = file.metadata["scale"].flatMap { Double($0) } ?? .nan
    var student = Student(
      network: Network(architecture), parametrisation: plan.recipe.parametrisation, scale: scale,
      from: from, to: to)
    // All but the scale is the plan's: a file that says otherwise belongs to another run.
    let expected = metadata(student)
    let odd = expected.keys.sorted().first { file.metadata[$0] != expected[$0] }
    guard odd == nil, scale > 0, scale.isFinite else {
      throw .malformed(
        path: path, location: "__metadata__.\(odd ?? "scale")",
        problem: "is not that of this run's student", advice: nil)
    }
    for (i, layer) in architecture.layers.enumerated() {
      student.network.parameters.replaceSubrange(
        layer.weights,
        with: try floats(file, "layers.\(i).weight", [layer.outputs, layer.inputs], path))
      student.network.parameters.replaceSubrange(
        layer.biases, with: try floats(file, "layers.\(i).bias", [layer.outputs], path))
    }
    return student
  }

  private static func floats(
    _ file: Safetensors, _ name: String, _ shape: [Int], _ path: String
  ) throws(FormatError) -> [Float] {
    guard let tensor = file[name], tensor.shape == shape, case .float32(let values) = tensor.values
    else {
      throw .malformed(
        path: path, location: name, problem: "is not float32 of shape \(shape)", advice: nil)
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .malformed(
        path: path, location: name, problem: "holds a number that is not finite", advice: nil)
    }
    return values
  }
}
