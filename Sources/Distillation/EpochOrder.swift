import Arrays

/// The rows of a pool in an order of their own in each epoch.
struct EpochOrder: Sendable {
  private let count: Int
  private let stream: RandomStream
  private var epoch = -1
  private var order: [Int] = []

  init(_ count: Int, _ stream: RandomStream) { (self.count, self.stream) = (count, stream) }

  /// The row at a position of the endless sequence of epochs.
  mutating func row(_ position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: count)
    if epoch != self.epoch {
      self.epoch = epoch
      order = stream.substream(UInt64(epoch)).permutation(count)
    }
    return order[place]
  }
}
