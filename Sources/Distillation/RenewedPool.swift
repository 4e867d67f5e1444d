import Arrays

/// What is made of a pool of trajectories, and the rows of it that each step takes: every row once an epoch, in an
/// order of the epoch's own.
///
/// After as many epochs as the recipe says fresh trajectories take the pool's place: a network that sees the same
/// ones too often learns them by heart. All is a function of the step's number alone, so that a run resumes.
struct RenewedPool<Content: Sendable>: Sendable {
  private let size: Int
  private let epochs: Int?
  private let trajectories: RandomStream
  private let orders: RandomStream
  private var epoch = -1
  private var order: [Int] = []
  private var generation = 0
  private var content: Content

  /// A pool with its first trajectories.
  ///
  /// - Parameters:
  ///   - size: the number of trajectories.
  ///   - epochs: how many they serve for; nil: for ever.
  ///   - content: of the first trajectories.
  ///   - trajectories: what other trajectories are drawn from.
  ///   - orders: what the order of each epoch is drawn from.
  init(
    _ size: Int, epochs: Int?, _ content: Content, renewedFrom trajectories: RandomStream,
    orderedBy orders: RandomStream
  ) {
    precondition(size > 0, "no pool")
    (self.size, self.epochs) = (size, epochs)
    (self.content, self.trajectories, self.orders) = (content, trajectories, orders)
  }

  /// What step s takes: rows s·count … of the endless sequence of epochs, of the trajectories that serve at the first.
  ///
  /// - Parameter fresh: makes the content of so many other trajectories.
  mutating func batch(
    _ count: Int, step: Int,
    renewing fresh: (Int, RandomStream) throws(DistillationError) -> Content
  ) throws(DistillationError) -> (content: Content, rows: [Int]) {
    let current = epochs.map { step * count / size / $0 } ?? 0
    if current != generation {
      (content, generation) = (try fresh(size, trajectories.substream(UInt64(current))), current)
    }
    return (content, (0..<count).map { row(step * count + $0) })
  }

  private mutating func row(_ position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: size)
    if epoch != self.epoch {
      self.epoch = epoch
      order = orders.substream(UInt64(epoch)).permutation(size)
    }
    return order[place]
  }
}
