import Arrays

/// How samples pass through all blocks of a residual composition, forward and backward.
///
/// A batch is cut into parts by its size alone. Each part has one slab: the slabs of all blocks'
/// networks, first to last, each beginning with the block's input, and after them the result.
struct ResidualCompositionPass: Sendable {
  let blocks: [ResidualCompositionArchitecture.Block]
  /// The layers of each block's network, placed in the flat parameters.
  let layers: [[Architecture.Layer]]
  /// The places in the slab by block and part of the batch; the last are those of the result.
  let layouts: [[TapeLayout]]
  /// The slab of each part.
  let slabs: [Range<Int>]

  init(_ architecture: ResidualCompositionArchitecture, batch: Int) {
    blocks = architecture.blocks
    layers = blocks.indices.map(architecture.layers)
    var layouts = [[TapeLayout]](repeating: [], count: blocks.count + 1)
    var slabs: [Range<Int>] = []
    for rows in Parallel.blocks(of: batch, grain: Tape.blockRows(batch: batch)) {
      let start = slabs.last?.upperBound ?? 0
      var end = start
      for k in layouts.indices {
        let layout = TapeLayout(
          inputs: architecture.dimension, outputs: k < blocks.count ? layers[k].map(\.outputs) : [],
          rows: rows, start: end, backward: true)
        layouts[k].append(layout)
        end = layout.slab.upperBound
      }
      slabs.append(start..<end)
    }
    self.layouts = layouts
    self.slabs = slabs
  }

  /// One part of the batch forward, error, and backward; `slab` is the part's.
  ///
  /// - Parameters:
  ///   - networks: those of the blocks, packed.
  ///   - scale: what multiplies the errors in the gradient.
  /// - Returns: Σ (result − target)² over the part.
  func squaredError(
    _ networks: [PackedLayers], _ x: Matrix<Float>, target: Matrix<Float>, scale: Float, part: Int,
    _ slab: inout MutableSpan<Float>
  ) -> Double {
    let first = layouts[0][part]
    first.load(x, into: first.state(0), of: &slab)
    for (k, block) in blocks.enumerated() {
      let (layout, next, depth) = (layouts[k][part], layouts[k + 1][part], layers[k].count)
      slab.withRange(place(k, part)) { networks[k].forward(layout, &$0) }
      slab.withDisjoint(reading: place(k, part), writing: place(k + 1, part)) { from, to in
        to.withRange(next.state(0)) { block.forward(from, layout, depth: depth, into: &$0) }
      }
    }
    let loss = slab.withRange(place(blocks.count, part)) {
      layouts[blocks.count][part].squaredError(target, state: 0, scale: scale, &$0)
    }
    for (k, block) in blocks.enumerated().reversed() {
      let (layout, next, depth) = (layouts[k][part], layouts[k + 1][part], layers[k].count)
      slab.withDisjoint(reading: place(k + 1, part), writing: place(k, part)) { from, to in
        let gradient = from.extracting(next.gradient(0))
        block.backwardToNetwork(gradient, &to, layout, depth: depth)
        networks[k].backward(layout, toInput: true, &to)
        block.backwardToState(gradient, &to, layout)
      }
    }
    return loss
  }

  /// The slab of block `k`'s network within the slab of a part.
  private func place(_ k: Int, _ part: Int) -> Range<Int> {
    let (slab, start) = (layouts[k][part].slab, slabs[part].lowerBound)
    return slab.lowerBound - start..<slab.upperBound - start
  }
}
