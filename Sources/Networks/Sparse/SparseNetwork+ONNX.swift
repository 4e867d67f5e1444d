public import Formats

extension SparseNetwork {
  /// The network as an ONNX model: a Gemm for each activation of a layer, joined by Concat.
  ///
  /// ReQU is Relu, then Mul with itself. Weights are dense there, since opset 17 has no sparse
  /// product.
  ///
  /// - Parameters:
  ///   - precision: of every tensor; single precision rounds the weights.
  ///   - summary: what the network is, for people.
  public func onnx(precision: ONNXModel.Precision, summary: String) -> ONNXModel {
    var model = ONNXModel(
      precision: precision, summary: summary, input: "x", columns: inputDimension)
    var state = "x"
    // The place of each neuron of the layer before in the joined tensor.
    var places = Array(0..<inputDimension)
    for (l, layer) in layers.enumerated() {
      var parts: [String] = []
      var next = [Int](repeating: 0, count: layer.neurons)
      var placed = 0
      for activation in Activation.allCases {
        let members = (0..<layer.neurons).filter { layer.activations[$0] == activation }
        if members.isEmpty { continue }
        let name = "layer\(l).\(activation.rawValue)"
        let weights = layer.dense(members, places)
        model.add(constant: name + ".weights", shape: [members.count, layer.inputs], weights)
        model.add(
          constant: name + ".biases", shape: [members.count], members.map { layer.biases[$0] })
        model.add(
          "Gemm", [state, name + ".weights", name + ".biases"], to: name + ".sum",
          attributes: [("transB", 1)])
        parts.append(model.add(activation, after: name + ".sum", named: name))
        for (offset, i) in members.enumerated() { next[i] = placed + offset }
        placed += members.count
      }
      state = parts[0]
      if parts.count > 1 {
        state = "layer\(l)"
        model.add("Concat", parts, to: state, attributes: [("axis", 1)])
      }
      places = next
    }
    precondition(places == Array(places.indices), "outputs of several activations")
    model.setOutput(state, columns: outputDimension)
    return model
  }
}

extension SparseNetwork.Layer {
  fileprivate func dense(_ members: [Int], _ places: [Int]) -> [Double] {
    var result = [Double](repeating: 0, count: members.count * inputs)
    for (row, i) in members.enumerated() {
      for (input, weight) in neuron(i).weights { result[row * inputs + places[input]] = weight }
    }
    return result
  }
}

extension ONNXModel {
  fileprivate mutating func add(
    _ activation: Activation, after sum: String, named name: String
  ) -> String {
    if activation == .identity { return sum }
    if activation == .squareplus {
      add(constant: name + ".one", shape: [1], [1])
      add(constant: name + ".half", shape: [1], [0.5])
      add("Mul", [sum, sum], to: name + ".square")
      add("Add", [name + ".square", name + ".one"], to: name + ".raised")
      add("Sqrt", [name + ".raised"], to: name + ".root")
      add("Add", [sum, name + ".root"], to: name + ".twice")
      add("Mul", [name + ".twice", name + ".half"], to: name + ".value")
      return name + ".value"
    }
    add("Relu", [sum], to: name + ".relu")
    if activation == .relu { return name + ".relu" }
    add("Mul", [name + ".relu", name + ".relu"], to: name + ".square")
    return name + ".square"
  }
}
