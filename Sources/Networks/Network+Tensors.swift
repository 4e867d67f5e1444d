import Arrays
public import Formats

extension Network {
  /// The layers as tensors of files, float32: `layers.i.weight` (outputs × inputs) and `layers.i.bias`.
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
  }
}
