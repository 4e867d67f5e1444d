/// The shape of a transformer on scalar tokens, and where its numbers lie in the flat parameters.
///
/// The order of the flat parameters is that of PyTorch's `state_dict` for the released code of
/// arXiv:2606.03820, every tensor row by row; it is part of every checkpoint:
/// ```
/// pos (tokens × width), in_proj.weight (width × 1), in_proj.bias,
/// for each block: ln1.weight, ln1.bias,
///   attn.in_proj_weight (3 width × width: query, key, value), attn.in_proj_bias,
///   attn.out_proj.weight (width × width), attn.out_proj.bias, ln2.weight, ln2.bias,
///   ff.0.weight (factor width × width), ff.0.bias, ff.2.weight (width × factor width), ff.2.bias,
/// out_proj.weight (1 × width), out_proj.bias
/// ```
public struct TransformerArchitecture: Sendable, Equatable {
  /// The number of coordinates of a sample: each is one token with one feature.
  public let dimension: Int
  /// The number of features of a token inside.
  public let width: Int
  /// The number of attention heads.
  public let heads: Int
  /// The number of residual blocks.
  public let blocks: Int
  /// The hidden width of the feed-forward layers, in widths.
  public let feedForwardFactor: Int

  /// A shape; its defaults are those of experiment 3 of arXiv:2606.03820.
  ///
  /// - Precondition: all numbers at least 1 (no block is allowed), the width a multiple of the
  ///   heads.
  public init(
    dimension: Int, blocks: Int, width: Int = 128, heads: Int = 4, feedForwardFactor: Int = 4
  ) {
    precondition(
      dimension > 0 && width > 0 && heads > 0 && blocks >= 0 && feedForwardFactor > 0
        && width % heads == 0,
      "no transformer of \(dimension) tokens, width \(width), \(heads) heads, \(blocks) blocks")
    self.dimension = dimension
    self.width = width
    self.heads = heads
    self.blocks = blocks
    self.feedForwardFactor = feedForwardFactor
  }

  /// The number of all parameters.
  public var parameterCount: Int { readOutBias.upperBound }

  /// The hidden width of the feed-forward layers.
  var hidden: Int { feedForwardFactor * width }
  /// The number of features of one head.
  var headWidth: Int { width / heads }

  /// The learned positions, tokens × width.
  var positions: Range<Int> { 0..<dimension * width }
  /// The weights of the embedding of a token.
  var embedding: Range<Int> { positions.upperBound..<positions.upperBound + width }
  /// Its biases.
  var embeddingBias: Range<Int> { embedding.upperBound..<embedding.upperBound + width }

  /// The places of block `index`.
  func block(_ index: Int) -> TransformerBlockPlaces {
    let first = TransformerBlockPlaces(
      start: embeddingBias.upperBound, width: width, hidden: hidden)
    return TransformerBlockPlaces(
      start: first.start + index * first.count, width: width, hidden: hidden)
  }

  /// The weights of the read-out of a token.
  var readOut: Range<Int> {
    let start = block(blocks).start
    return start..<start + width
  }
  /// Its bias.
  var readOutBias: Range<Int> { readOut.upperBound..<readOut.upperBound + 1 }
}

/// Where the numbers of one residual block lie in the flat parameters.
struct TransformerBlockPlaces: Sendable {
  /// Where the block begins.
  let start: Int
  let width: Int
  let hidden: Int

  /// Weights and biases of the normalisation before attention.
  var attentionNorm: Range<Int> { start..<start + 2 * width }
  /// The projections to queries, keys and values, 3 width × width.
  var projection: Range<Int> { after(attentionNorm, 3 * width * width) }
  var projectionBias: Range<Int> { after(projection, 3 * width) }
  /// The map of all heads' results, width × width.
  var attentionOutput: Range<Int> { after(projectionBias, width * width) }
  var attentionOutputBias: Range<Int> { after(attentionOutput, width) }
  /// Weights and biases of the normalisation before the feed-forward layers.
  var feedForwardNorm: Range<Int> { after(attentionOutputBias, 2 * width) }
  /// The first feed-forward layer, hidden × width.
  var expansion: Range<Int> { after(feedForwardNorm, hidden * width) }
  var expansionBias: Range<Int> { after(expansion, hidden) }
  /// The second feed-forward layer, width × hidden.
  var contraction: Range<Int> { after(expansionBias, width * hidden) }
  var contractionBias: Range<Int> { after(contraction, width) }

  /// The number of parameters of a block.
  var count: Int { contractionBias.upperBound - start }

  private func after(_ range: Range<Int>, _ count: Int) -> Range<Int> {
    range.upperBound..<range.upperBound + count
  }
}
