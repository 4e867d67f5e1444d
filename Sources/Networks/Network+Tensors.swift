import Arrays
public import Formats

extension Network {
  /// The layers as tensors of files, float32: `layers.i.weight` (outputs × inputs) and `layers.i.bias`, and
  /// `linear_path.weight` where there is one.
  public var tensors: [Safetensors.Tensor] {
    layers.enumerated().flatMap { i, layer in
      [
        Safetensors.Tensor(
          name: "layers.\(i).weight", shape: [layer.weights.rows, layer.weights.columns],
          values: .float32(layer.weights.elements)),
        Safetensors.Tensor(
          name: "layers.\(i).bias", shape: [layer.biases.count], values: .float32(layer.biases)),
      ]
    }
      + (linearPath.map {
        [
          Safetensors.Tensor(
            name: "linear_path.weight", shape: [$0.rows, $0.columns],
            values: .float32($0.elements))
        ]
      } ?? [])
  }
}
