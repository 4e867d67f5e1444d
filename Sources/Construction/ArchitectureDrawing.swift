public import Networks

/// Where a constructed network has its neurons and weights: text for terminals and an SVG.
public struct ArchitectureDrawing: Sendable {
  private let layers: [(relu: Int, requ: Int, weights: Int, stage: String)]

  /// The drawing of a constructed score.
  public init(_ score: ConstructedScore) { self.init(score.network, score.stages) }

  /// The drawing of a score in time.
  public init(_ score: ConstructedTimeScore) { self.init(score.network, score.stages) }

  /// The drawing of a flow map.
  public init(_ map: ConstructedFlowMap) { self.init(map.network, map.stages) }

  /// The drawing of a network whose hidden layers have these parts.
  public init(_ network: SparseNetwork, _ stages: [(name: String, layers: Range<Int>)]) {
    let hidden = network.layers.count - 1
    layers = network.layers.enumerated().map { l, layer in
      let stage = stages.first { $0.layers.contains(l + 1) }?.name ?? ""
      return (
        layer.activations.count { $0 == .relu }, layer.activations.count { $0 == .requ },
        layer.values.count, l == hidden ? "output" : stage
      )
    }
  }

  /// One line a layer: neurons of each kind, weights, and what the layer belongs to.
  public var lines: [String] {
    ["layer   ReLU   ReQU   weights   part"]
      + layers.enumerated().map { l, layer in
        padded("\(l + 1)", 5) + padded("\(layer.relu)", 7) + padded("\(layer.requ)", 7)
          + padded("\(layer.weights)", 10) + "   " + layer.stage
      }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A bar for each layer: ReLU neurons, on them ReQU neurons; below, the layer's weights.
  public var svg: String {
    let (step, height) = (28, 160)
    let tallest = max(1, layers.reduce(0) { max($0, $1.relu + $1.requ) })
    let width = layers.count * step + 40
    var body = ""
    var (stage, stages) = ("", 0)
    for (l, layer) in layers.enumerated() {
      let left = 20 + l * step
      let (relu, requ) = (layer.relu * height / tallest, layer.requ * height / tallest)
      body += bar(left, 30 + height - relu, relu, "#4477aa")
      body += bar(left, 30 + height - relu - requ, requ, "#ee6677")
      body += text(left + 10, 45 + height, "middle", "\(layer.weights)")
      if layer.stage != stage {
        body += text(left, 62 + height + 12 * (stages % 3), "start", layer.stage)
        stages += 1
      }
      stage = layer.stage
    }
    body += text(20, 16, "start", "neurons by layer: ReLU (blue), ReQU (red); weights below")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width + 160) \(height + 100)" \
      font-family="sans-serif" font-size="9">\n\(body)</svg>\n
      """
  }

  private func bar(_ x: Int, _ y: Int, _ height: Int, _ colour: String) -> String {
    height == 0
      ? "" : "<rect x=\"\(x)\" y=\"\(y)\" width=\"20\" height=\"\(height)\" fill=\"\(colour)\"/>\n"
  }

  private func text(_ x: Int, _ y: Int, _ anchor: String, _ content: String) -> String {
    "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\" fill=\"currentColor\">\(content)</text>\n"
  }
}
