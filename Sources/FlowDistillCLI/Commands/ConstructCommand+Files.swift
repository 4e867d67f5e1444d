import FlowDistill

/// What every form of `construct` writes.
struct ConstructedFiles {
  let network: SparseNetwork
  let stages: [(name: String, layers: Range<Int>)]
  let certificate: JSON
  /// What the network is, for people.
  let summary: String
  /// What the network's file says beside the certificate.
  let metadata: [String: String]
}

extension ConstructCommand {
  /// Checks that no option belongs to another form of the command.
  func checkForm() throws {
    if timeInput.uniformInTime, flowMap.flowMap {
      throw CommandError.usage("--uniform-in-time and --flow-map exclude each other")
    }
    if timeInput.from != nil, !timeInput.uniformInTime {
      throw CommandError.usage("--from goes with --uniform-in-time; use --time")
    }
    if flowMap.isGiven, !flowMap.flowMap {
      throw CommandError.usage(
        "--segments, --scheme, --rule, --times and --grid go with --flow-map")
    }
    guard timeInput.uniformInTime || flowMap.flowMap else { return }
    if time != 0 {
      throw CommandError.usage(
        timeInput.uniformInTime
          ? "--time does not go with --uniform-in-time; use --from"
          : "--time does not go with --flow-map; use --times")
    }
    if sweep { throw CommandError.usage("--sweep is for the score at one time") }
    if report != nil { throw CommandError.usage("--report is for the score at one time") }
  }

  /// Writes the network, and the ONNX file and the drawing if they are asked for.
  func write(_ files: ConstructedFiles) throws {
    let certificate = files.certificate.text(.compact)
    var metadata = files.metadata
    metadata["certificate"] = certificate
    try files.network.safetensors(metadata: metadata).write(to: output.output)
    if let onnx {
      var model = files.network.onnx(
        precision: float32 ? .float32 : .float64, summary: files.summary)
      model.metadata["certificate"] = certificate
      try model.write(to: onnx)
    }
    if let svg {
      let drawing = ArchitectureDrawing(files.network, files.stages)
      try AtomicFile.write(Array(drawing.svg.utf8), to: svg)
    }
  }

  /// The entries of `--json` that tell the size of a network.
  func sizes(_ network: SparseNetwork) -> [(String, JSON)] {
    [
      ("depth", .integer(network.hiddenLayers)), ("width", .integer(network.width)),
      ("weights", .integer(network.weightCount)), ("biases", .integer(network.biasCount)),
      ("largest_weight", .number(network.largestMagnitude)),
      ("relu_neurons", .integer(network.neuronCount(.relu))),
      ("requ_neurons", .integer(network.neuronCount(.requ))),
    ]
  }

  /// One line about a network.
  func headline(_ network: SparseNetwork, _ what: String) -> String {
    "\(output.output): \(what), \(network.hiddenLayers) hidden layers, width \(network.width), "
      + "\(network.weightCount) weights, largest "
      + NumberText.significant(network.largestMagnitude)
  }
}
