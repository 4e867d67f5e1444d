public import Formats

extension SparseNetwork {
  /// The network as named tensors, the content of an `.fdnet` file.
  ///
  /// The container is safetensors. Metadata: `format` is `flowdistill.network/1`, `inputs` and
  /// `layers` are counts, the rest is the caller's. Layer l has the tensors `layer.l.row_starts`,
  /// `.columns`, `.activations` (0 identity, 1 ReLU, 2 ReQU) as I64 and `.values`, `.biases` as F64:
  /// neuron i sums `values[p] · input[columns[p]]` over `row_starts[i] ≤ p < row_starts[i + 1]`.
  public func safetensors(metadata: [String: String] = [:]) -> Safetensors {
    var file = Safetensors(metadata: metadata)
    file.metadata["format"] = "flowdistill.network/1"
    file.metadata["inputs"] = "\(inputDimension)"
    file.metadata["layers"] = "\(layers.count)"
    for (l, layer) in layers.enumerated() {
      func add(_ name: String, _ values: [Int]) {
        file.tensors.append(
          .init(
            name: "layer.\(l).\(name)", shape: [values.count],
            values: .int64(values.map { Int64($0) })))
      }
      func add(_ name: String, _ values: [Double]) {
        file.tensors.append(
          .init(name: "layer.\(l).\(name)", shape: [values.count], values: .float64(values)))
      }
      add("row_starts", layer.rowStarts)
      add("columns", layer.columns)
      add("activations", layer.activations.map { Activation.allCases.firstIndex(of: $0) ?? 0 })
      add("values", layer.values)
      add("biases", layer.biases)
    }
    return file
  }

  /// Reads an `.fdnet` file.
  ///
  /// - Throws: `FormatError` that names the first tensor that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    try self.init(Safetensors.read(path), path: path)
  }

  /// The network in the content of an `.fdnet` file.
  ///
  /// - Throws: `FormatError` that names the first tensor that is wrong.
  public init(_ file: Safetensors, path: String) throws(FormatError) {
    func refuse(_ place: String, _ problem: String) -> FormatError {
      .malformed(path: path, location: place, problem: problem, advice: "write the file again")
    }
    guard file.metadata["format"] == "flowdistill.network/1" else {
      throw refuse("metadata", "is not flowdistill.network/1")
    }
    guard let inputs = file.metadata["inputs"].flatMap(Int.init), inputs > 0,
      let count = file.metadata["layers"].flatMap(Int.init), count > 0,
      file.tensors.count / 5 == count, file.tensors.count % 5 == 0
    else { throw refuse("metadata", "does not fit the \(file.tensors.count) tensors") }
    var layers: [Layer] = []
    for l in 0..<count {
      func integers(_ name: String) throws(FormatError) -> [Int] {
        guard case .int64(let values)? = file["layer.\(l).\(name)"]?.values else {
          throw refuse("layer.\(l).\(name)", "is missing or not I64")
        }
        return values.map { Int($0) }
      }
      func numbers(_ name: String) throws(FormatError) -> [Double] {
        guard case .float64(let values)? = file["layer.\(l).\(name)"]?.values,
          values.allSatisfy(\.isFinite)
        else { throw refuse("layer.\(l).\(name)", "is missing, not F64 or not finite") }
        return values
      }
      let (starts, columns) = (try integers("row_starts"), try integers("columns"))
      let (values, biases) = (try numbers("values"), try numbers("biases"))
      let kinds = try integers("activations")
      let before = layers.last?.neurons ?? inputs
      guard !biases.isEmpty, kinds.count == biases.count, starts.count == biases.count + 1,
        columns.count == values.count, starts.first == 0, starts.last == values.count,
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else { throw refuse("layer.\(l)", "has tensors whose lengths do not fit") }
      guard kinds.allSatisfy({ Activation.allCases.indices.contains($0) }),
        columns.allSatisfy({ (0..<before).contains($0) })
      else { throw refuse("layer.\(l)", "has an unknown activation or input") }
      layers.append(
        Layer(
          inputs: before,
          neurons: biases.indices.map { i in
            Neuron(
              activation: Activation.allCases[kinds[i]], bias: biases[i],
              weights: (starts[i]..<starts[i + 1]).map { (columns[$0], values[$0]) })
          }))
    }
    self.init(inputDimension: inputs, layers: layers)
  }
}
