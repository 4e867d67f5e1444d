import Arrays

/// What is made of the trajectories that a training takes, and the rows of it that each step takes: of a pool every
/// row once an epoch, in an order of the epoch's own, or without a pool all of what is made for the step.
///
/// After as many epochs as the recipe says fresh trajectories take the pool's place: a network that sees the same
/// ones too often learns them by heart. All is a function of the step's number alone, so that a run resumes.
struct TrainingTrajectories<Content: Sendable>: Sendable {
  private let size: Int
  private let epochs: Int?
  private let streams: (first: RandomStream, later: RandomStream, orders: RandomStream)
  private let steps: RandomStream
  private var epoch = -1
  private var order: [Int] = []
  private var generation = 0
  private var content: Content?

  /// The trajectories of a segment's training.
  ///
  /// - Parameters:
  ///   - size: those of the pool; 0: fresh ones each step.
  ///   - first: what is made of the pool that serves first, if it is there; else it is made when it is needed.
  ///   - use: names the streams, if they are not those of the segment's own training.
  init(
    _ plan: DistillationPlan, segment k: Int, pool size: Int, _ first: Content? = nil,
    for use: String = ""
  ) {
    (self.size, epochs, content) = (size, plan.recipe.poolEpochs, first)
    func stream(_ purpose: String, _ segment: Int) -> RandomStream {
      plan.stream(use + purpose, segment: segment)
    }
    streams = (stream("pool", 0), stream("pool", k), stream("order", k))
    steps = stream("batch", k)
  }

  /// What step s takes: rows s·count … of the endless sequence of epochs, of the trajectories that serve at the first.
  ///
  /// - Parameter make: the content of so many trajectories, drawn from a stream.
  mutating func batch(
    _ count: Int, step: Int,
    making make: (Int, RandomStream) throws(DistillationError) -> Content
  ) throws(DistillationError) -> (content: Content, rows: [Int]) {
    guard size > 0 else {
      return (try make(count, steps.substream(UInt64(step))), Array(0..<count))
    }
    let current = epochs.map { step * count / size / $0 } ?? 0
    if content == nil || current != generation {
      // Let go first, which frees it where nobody else holds it: a pool is large.
      (content, generation) = (nil, current)
      content = try make(
        size, current == 0 ? streams.first : streams.later.substream(UInt64(current)))
    }
    guard let content else { preconditionFailure("made above") }
    return (content, (0..<count).map { row(step * count + $0) })
  }

  private mutating func row(_ position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: size)
    if epoch != self.epoch {
      self.epoch = epoch
      order = streams.orders.substream(UInt64(epoch)).permutation(size)
    }
    return order[place]
  }
}
