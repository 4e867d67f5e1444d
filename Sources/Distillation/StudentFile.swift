import Arrays
package import Formats
import Mixtures
import Networks
import Schedules
import Stability

/// Students and their training state as safetensors.
///
/// A perceptron's tensors are `layers.i.weight` (outputs × inputs) and `layers.i.bias`; other kinds
/// of network are one tensor `parameters` in the order of their architecture. The affine part of student i of the
/// file is `affine.i.weight`, `affine.i.offset`, `affine.i.mean` and `affine.i.deviation`, float64.
package enum StudentFile {
  /// A finished student.
  static func write(_ student: Student, to path: String) throws(FormatError) {
    try Safetensors(
      tensors(student.network) + affineTensors([student.form]),
      metadata: metadata(student.network, [student.form])
    ).write(to: path)
  }

  /// Reads a finished student and checks that it is the plan's.
  package static func read(
    _ path: String, plan: DistillationPlan, segment k: Int
  ) throws(FormatError) -> Student {
    let (network, forms) = try contents(try Safetensors.read(path), path, plan, k..<k + 1)
    return Student(network: network, form: forms[0])
  }

  static func tensors(_ network: StudentNetwork) -> [Safetensors.Tensor] {
    guard let perceptron = network.perceptron else {
      return [
        Safetensors.Tensor(
          name: "parameters", shape: [network.parameterCount], values: .float32(network.parameters))
      ]
    }
    return perceptron.tensors
  }

  static func affineTensors(_ forms: [StudentForm]) -> [Safetensors.Tensor] {
    forms.enumerated().flatMap { i, form -> [Safetensors.Tensor] in
      guard let affine = form.affine else { return [] }
      let d = affine.offset.count
      return [
        .init(
          name: "affine.\(i).weight", shape: [d, d], values: .float64(affine.weights.elements)),
        .init(name: "affine.\(i).offset", shape: [d], values: .float64(affine.offset)),
        .init(name: "affine.\(i).mean", shape: [d], values: .float64(affine.mean)),
        .init(name: "affine.\(i).deviation", shape: [1], values: .float64([affine.deviation])),
      ]
    }
  }

  private static func affine(
    _ file: Safetensors, _ i: Int, _ d: Int, _ path: String
  ) throws(FormatError) -> AffineSkip {
    func numbers(_ name: String, _ shape: [Int]) throws(FormatError) -> [Double] {
      guard let tensor = file["affine.\(i).\(name)"], tensor.shape == shape,
        case .float64(let values) = tensor.values, values.allSatisfy(\.isFinite)
      else {
        throw .malformed(
          path: path, location: "affine.\(i).\(name)",
          problem: "is not finite float64 of shape \(shape)", advice: nil)
      }
      return values
    }
    let deviation = try numbers("deviation", [1])[0]
    guard deviation > 0 else {
      throw .malformed(
        path: path, location: "affine.\(i).deviation", problem: "is \(deviation)",
        advice: "use a positive number")
    }
    return AffineSkip(
      weights: Matrix(rows: d, columns: d, elements: try numbers("weight", [d, d])),
      offset: try numbers("offset", [d]), mean: try numbers("mean", [d]), deviation: deviation)
  }

  /// What describes the students that share a network.
  static func metadata(
    _ network: StudentNetwork, _ forms: [StudentForm]
  ) -> [String: String] {
    func text(_ part: (StudentForm) -> String) -> String {
      forms.map(part).joined(separator: ",")
    }
    var entries = [
      "format": "flowdistill.student/1", "parametrisation": forms[0].parametrisation.rawValue,
      "scale": text { "\($0.scale)" }, "from": text { "\($0.from)" }, "to": text { "\($0.to)" },
    ]
    switch network.architecture {
    case .perceptron(let architecture):
      entries["activations"] =
        architecture.layers.map(\.activation.rawValue).joined(separator: ",")
    case .transformer: entries["network"] = NetworkKind.transformer.rawValue
    case .composition: entries["network"] = NetworkKind.composition.rawValue
    }
    if !forms[0].timeFeatures.isEmpty {
      entries["time_features"] = text {
        $0.timeFeatures.map { "\($0)" }.joined(separator: " ")
      }
    }
    return entries
  }

  /// The network and the forms of the students of some segments.
  static func contents(
    _ file: Safetensors, _ path: String, _ plan: DistillationPlan, _ segments: Range<Int>
  ) throws(FormatError) -> (StudentNetwork, [StudentForm]) {
    var network = StudentNetwork(plan.architecture(segment: segments.lowerBound))
    let scales = (file.metadata["scale"] ?? "").split(separator: ",").map { Double($0) ?? .nan }
    guard scales.count == segments.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw odd(path, "scale")
    }
    let hasAffinePart = plan.recipe.parametrisation.hasAffinePart
    var forms: [StudentForm] = []
    for (i, (k, scale)) in zip(segments, scales).enumerated() {
      let (from, to) = plan.grid.segments[k]
      forms.append(
        StudentForm(
          parametrisation: plan.recipe.parametrisation, scale: scale, from: from, to: to,
          timeFeatures: plan.timeFeatures(segment: k),
          affine: hasAffinePart ? try affine(file, i, plan.mixture.dimension, path) : nil))
    }
    // All but the scale is the plan's: a file that says otherwise belongs to another run.
    let expected = metadata(network, forms)
    if let key = expected.keys.sorted().first(where: { file.metadata[$0] != expected[$0] }) {
      throw odd(path, key)
    }
    guard case .perceptron(let architecture) = network.architecture else {
      network.parameters = try floats(file, "parameters", [network.parameterCount], path)
      return (network, forms)
    }
    for (i, layer) in architecture.layers.enumerated() {
      network.parameters.replaceSubrange(
        layer.weights,
        with: try floats(file, "layers.\(i).weight", [layer.outputs, layer.inputs], path))
      network.parameters.replaceSubrange(
        layer.biases, with: try floats(file, "layers.\(i).bias", [layer.outputs], path))
    }
    if let place = architecture.linearPath {
      network.parameters.replaceSubrange(
        place,
        with: try floats(
          file, "linear_path.weight",
          [architecture.outputDimension, architecture.inputDimension], path))
    }
    return (network, forms)
  }

  private static func odd(_ path: String, _ key: String) -> FormatError {
    .malformed(
      path: path, location: "__metadata__.\(key)", problem: "is not that of this run's student",
      advice: nil)
  }

  static func floats(
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
