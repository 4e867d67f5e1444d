import Arrays

/// Where one block of samples keeps its numbers while it passes through a network.
///
/// States and gradients lie in panels, see `PanelKernels`.
///
/// All that belongs to a block is one contiguous slab, so that a block goes forward and backward
/// through all layers on one thread while its numbers are in that thread's cache.
struct TapeLayout: Sendable, Equatable {
  /// Samples in the block.
  let rows: Range<Int>
  /// Where the block's slab begins.
  let start: Int
  /// Numbers before each state: state 0 is the input, state l + 1 the output of layer l.
  let statesBefore: [Int]
  /// Outputs of all layers before each layer, in whole panels.
  let outputsBefore: [Int]
  /// Whether there is room for gradients.
  let backward: Bool

  /// Numbers of all states together.
  private var allStates: Int { statesBefore[statesBefore.count - 1] }

  /// The slab's place among all blocks.
  var slab: Range<Int> {
    let count = backward ? 2 * allStates + outputsBefore[outputsBefore.count - 1] : allStates
    return start..<start + count
  }

  /// State `l` in the slab: samples × coordinates.
  func state(_ l: Int) -> Range<Int> { statesBefore[l]..<statesBefore[l + 1] }

  /// The gradient with respect to state `l`, or to the affine map before its activation.
  func gradient(_ l: Int) -> Range<Int> {
    allStates + state(l).lowerBound..<allStates + state(l).upperBound
  }

  /// This block's part of the gradient with respect to the biases of layer `l`.
  func biasSums(_ l: Int) -> Range<Int> {
    let first = 2 * allStates
    return first + outputsBefore[l]..<first + outputsBefore[l + 1]
  }

  /// The layout of samples that pass through these layers, at this place; without layers it is
  /// room for `inputs` coordinates and their gradient.
  init(inputs: Int, outputs: [Int], rows: Range<Int>, start: Int, backward: Bool) {
    self.rows = rows
    self.start = start
    self.backward = backward
    statesBefore = TapeLayout.sums(
      before: ([inputs] + outputs).map { PanelKernels.count(rows: rows.count, columns: $0) })
    outputsBefore = TapeLayout.sums(before: outputs.map(PanelKernels.width))
  }

  /// The layout of samples that pass forward only.
  init(_ architecture: Architecture, rows: Range<Int>) {
    self.init(
      inputs: architecture.inputDimension, outputs: architecture.layers.map(\.outputs),
      rows: rows, start: 0, backward: false)
  }

  /// The layouts of all blocks of a batch.
  static func blocks(
    _ architecture: Architecture, batch: Int, grain: Int, backward: Bool
  ) -> [TapeLayout] {
    var result: [TapeLayout] = []
    for first in stride(from: 0, to: batch, by: grain) {
      result.append(
        TapeLayout(
          inputs: architecture.inputDimension, outputs: architecture.layers.map(\.outputs),
          rows: first..<min(first + grain, batch), start: result.last?.slab.upperBound ?? 0,
          backward: backward))
    }
    return result
  }

  private static func sums(before counts: [Int]) -> [Int] {
    counts.reduce(into: [0]) { sums, count in sums.append(sums[sums.count - 1] + count) }
  }
}
