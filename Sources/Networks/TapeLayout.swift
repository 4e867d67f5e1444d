/// Where one block of samples keeps its numbers while it passes through a network.
///
/// All that belongs to a block is one contiguous slab, so that a block goes forward and backward
/// through all layers on one thread while its numbers are in that thread's cache.
struct TapeLayout: Sendable, Equatable {
  /// Samples in the block.
  let rows: Range<Int>
  /// Where the block's slab begins.
  let start: Int
  /// Column counts before each state: state 0 is the input, state l + 1 the output of layer l.
  let columnsBefore: [Int]
  /// Outputs of all layers before each layer.
  let outputsBefore: [Int]
  /// Whether there is room for gradients.
  let backward: Bool

  /// Columns of all states together.
  private var allColumns: Int { columnsBefore[columnsBefore.count - 1] }

  /// The slab's place among all blocks.
  var slab: Range<Int> {
    let states = rows.count * allColumns
    let count = backward ? 2 * states + outputsBefore[outputsBefore.count - 1] : states
    return start..<start + count
  }

  /// State `l` in the slab: samples × coordinates.
  func state(_ l: Int) -> Range<Int> {
    rows.count * columnsBefore[l]..<rows.count * columnsBefore[l + 1]
  }

  /// The gradient with respect to state `l`, or to the affine map before its activation.
  func gradient(_ l: Int) -> Range<Int> {
    let first = rows.count * allColumns
    return first + state(l).lowerBound..<first + state(l).upperBound
  }

  /// This block's part of the gradient with respect to the biases of layer `l`.
  func biasSums(_ l: Int) -> Range<Int> {
    let first = 2 * rows.count * allColumns
    return first + outputsBefore[l]..<first + outputsBefore[l + 1]
  }

  /// The layout of samples that pass through these layers, at this place; without layers it is
  /// room for `inputs` coordinates and their gradient.
  init(inputs: Int, outputs: [Int], rows: Range<Int>, start: Int, backward: Bool) {
    self.rows = rows
    self.start = start
    self.backward = backward
    columnsBefore = TapeLayout.sums(before: [inputs] + outputs)
    outputsBefore = TapeLayout.sums(before: outputs)
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
