import Arrays

/// States at the beginning of a segment and where each should go: what students are trained on.
///
/// In single precision, as networks take them: pools are large.
struct StatePairs: Sendable {
  /// The states, one a row.
  private var x: Matrix<Float>
  /// Where they should go.
  private var y: Matrix<Float>

  /// States and their targets in double precision.
  typealias Block = (x: Matrix<Double>, y: Matrix<Double>)

  /// The rows that are in double precision at a time.
  private static let block = 8192

  /// So many pairs, made block by block from streams of their own; few from the stream itself.
  init(
    _ count: Int, from stream: RandomStream,
    _ make: (Int, RandomStream) throws(DistillationError) -> Block
  ) throws(DistillationError) {
    let blocks = Parallel.blocks(of: count, grain: Self.block)
    guard blocks.count > 1 else {
      let (x, y) = try make(count, stream)
      (self.x, self.y) = (x.inSinglePrecision, y.inSinglePrecision)
      return
    }
    var (x, y, columns) = ([Float](), [Float](), 0)
    for (b, rows) in blocks.enumerated() {
      let part = try make(rows.count, stream.substream(UInt64(b)))
      if b == 0 {
        columns = part.x.columns
        x.reserveCapacity(count * columns)
        y.reserveCapacity(count * columns)
      }
      for value in part.x.elements { x.append(Float(value)) }
      for value in part.y.elements { y.append(Float(value)) }
    }
    self.x = Matrix(rows: count, columns: columns, elements: x)
    self.y = Matrix(rows: count, columns: columns, elements: y)
  }

  /// The number of pairs.
  var count: Int { x.rows }

  /// The pairs with these numbers, in this order.
  func gathering(_ rows: [Int]) -> Block {
    (x.gatheringRows(rows).inDoublePrecision, y.gatheringRows(rows).inDoublePrecision)
  }

  /// The first pairs, at most so many.
  func prefix(_ count: Int) -> Block { block(0..<min(count, x.rows)) }

  private func block(_ rows: Range<Int>) -> Block {
    (x.rowBlock(rows).inDoublePrecision, y.rowBlock(rows).inDoublePrecision)
  }

  /// Replaces all pairs, block by block.
  mutating func replace(
    _ body: (Block) throws(DistillationError) -> Block
  ) throws(DistillationError) {
    for rows in Parallel.blocks(of: x.rows, grain: Self.block) {
      let (newX, newY) = try body(block(rows))
      let start = rows.lowerBound * x.columns
      for i in newX.elements.indices {
        x.elements[start + i] = Float(newX.elements[i])
        y.elements[start + i] = Float(newY.elements[i])
      }
    }
  }
}
