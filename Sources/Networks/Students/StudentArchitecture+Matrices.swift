extension StudentArchitecture {
  /// The weight matrices among the parameters; embeddings, positions and vectors are left out.
  public var matrices: [MatrixPlace] {
    switch self {
    case .perceptron(let architecture): architecture.matrices(after: 0)
    case .transformer(let architecture):
      (0..<architecture.blocks).flatMap { architecture.block($0).matrices }
    case .composition(let architecture):
      architecture.blocks.indices.flatMap {
        architecture.network.matrices(after: architecture.parameters($0).lowerBound)
      }
    }
  }
}

extension Architecture {
  /// The weights of all layers and of the linear path if the parameters begin at `start`.
  fileprivate func matrices(after start: Int) -> [MatrixPlace] {
    layers.map { layer in
      MatrixPlace(
        layer.weights.lowerBound + start..<layer.weights.upperBound + start, rows: layer.outputs,
        columns: layer.inputs)
    }
      + (linearPath.map {
        [
          MatrixPlace(
            $0.lowerBound + start..<$0.upperBound + start, rows: outputDimension,
            columns: inputDimension)
        ]
      } ?? [])
  }
}

extension TransformerBlockPlaces {
  /// Queries, keys and values apart: they are three maps.
  fileprivate var matrices: [MatrixPlace] {
    let square = width * width
    let heads = (0..<3).map { k in
      let start = projection.lowerBound + k * square
      return MatrixPlace(start..<start + square, rows: width, columns: width)
    }
    return heads + [
      MatrixPlace(attentionOutput, rows: width, columns: width),
      MatrixPlace(expansion, rows: hidden, columns: width),
      MatrixPlace(contraction, rows: width, columns: hidden),
    ]
  }
}
