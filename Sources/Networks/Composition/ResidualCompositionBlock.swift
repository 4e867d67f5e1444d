import Arrays

/// What a block does beside its network, on the slabs of the tape.
///
/// `slab` is the part of one block's network for some samples, placed by `layout`; its state 0 is
/// the block's input, its state `depth` the network's value.
extension ResidualCompositionArchitecture.Block {
  /// next ← a x + b net(x), once the network has passed forward.
  func forward(
    _ slab: Span<Float>, _ layout: TapeLayout, depth: Int, into next: inout MutableSpan<Float>
  ) {
    let (x, value) = (
      slab.extracting(layout.state(0)), slab.extracting(layout.state(depth))
    )
    let (a, b) = (Float(stateFactor), Float(networkFactor))
    for i in x.indices { next[i] = a * x[i] + b * value[i] }
  }

  /// The gradient with respect to the network's value, from that with respect to the block's.
  func backwardToNetwork(
    _ gradient: Span<Float>, _ slab: inout MutableSpan<Float>, _ layout: TapeLayout, depth: Int
  ) {
    let b = Float(networkFactor)
    slab.withRange(layout.gradient(depth)) {
      for i in gradient.indices { $0[i] = b * gradient[i] }
    }
  }

  /// Adds the state's share to the gradient with respect to the block's input, once the network
  /// has passed backward.
  func backwardToState(
    _ gradient: Span<Float>, _ slab: inout MutableSpan<Float>, _ layout: TapeLayout
  ) {
    let a = Float(stateFactor)
    slab.withRange(layout.gradient(0)) {
      for i in gradient.indices { $0[i] += a * gradient[i] }
    }
  }
}
