import RealModule

extension ResponsibilityBlocks {
  /// The cheapest blocks whose errors add up to less than `budget`; nil if none do.
  ///
  /// The reciprocal's error is the one whose effect is known best: where one component prevails, it
  /// is nearly attained. So it gets four fifths of the budget, and then the exponential is made so
  /// fine that it adds little to what the reciprocal takes of it.
  ///
  /// These bounds can be nearly attained. All are widened by a twentieth, so that an estimate from a
  /// finite sample, which scatters about the true error, seldom exceeds them.
  init?(_ sizes: UnequalErrorSizes, count: Int, dimension: Int, budget: Double) {
    let widening = 1.05
    let allowed = budget / (widening * (1 + 1e-9))
    guard
      let first = ExponentialChoice(sizes, budget: 0.15 * allowed),
      let choice = ReciprocalChoice(
        first, sizes, count: count, dimension: dimension, before: 0.3 * allowed,
        budget: 0.8 * allowed)
    else { return nil }
    let fine = min(0.15 * allowed, max(1e-3 * allowed, 0.15 * choice.bound))
    var chosen = first
    if let second = ExponentialChoice(sizes, budget: fine),
      choice.block.interval.contains(second.sums(count).lowerBound),
      choice.block.interval.contains(second.sums(count).upperBound)
    {
      chosen = second
    }
    let before = sizes.logits + chosen.inner + chosen.added
    let bound = ReciprocalChoice.bound(
      choice.block, choice.products, chosen, sizes, count: count, before: before)
    self.init(
      exponential: chosen.block, reciprocal: choice.block, products: choice.products,
      terms: [
        .init(source: "exponential", bound: widening * chosen.inner),
        .init(source: "cut-off", bound: widening * chosen.added),
        .init(source: "reciprocal", bound: widening * bound),
      ])
    guard terms.reduce(0, { $0 + $1.bound }) <= budget else { return nil }
  }
}

/// An exponential and what its errors do to the score.
private struct ExponentialChoice {
  let block: ExponentialBlock
  /// The effect of relative errors.
  let inner: Double
  /// The effect of what is added, in the tail and where it is cut off.
  let added: Double

  /// The block with the fewest squarings within the budget, of which a third is the cut-off's.
  init?(_ sizes: UnequalErrorSizes, budget: Double) {
    let range = max(2, .log(sizes.towards / (0.3 * budget)))
    var found: ExponentialChoice?
    for squarings in 0...20 where found == nil {
      for fraction in stride(from: 1, through: 0.2, by: -0.05) {
        guard
          let block = ExponentialBlock(range: range, squarings: squarings, fraction: fraction)
        else { continue }
        let choice = ExponentialChoice(block, sizes)
        if choice.inner + choice.added <= budget,
          choice.inner + choice.added < (found.map { $0.inner + $0.added } ?? .infinity)
        {
          found = choice
        }
      }
    }
    guard let found else { return nil }
    self = found
  }

  private init(_ block: ExponentialBlock, _ sizes: UnequalErrorSizes) {
    self.block = block
    let h = block.innerError
    inner = h * .exp(4 * h + 2 * sizes.range) * sizes.pairs
    added =
      max(block.tailError, block.remainder)
      * .exp(3 * h + sizes.range) * sizes.towards
  }

  /// What is added to an exponential at most, in the tail and where it is cut off.
  var addition: Double { max(block.tailError, block.remainder) }

  /// Where the exponentials' sum lies.
  func sums(_ count: Int) -> ClosedRange<Double> {
    let largest = Double.exp(block.innerError) + block.tailError
    return Double.exp(-block.innerError) * (1 - 1e-9)...Double(count) * largest * (1 + 1e-9)
  }
}

/// A reciprocal and what its error does to the score.
private struct ReciprocalChoice {
  let block: ReciprocalBlock
  let products: Int
  let bound: Double

  /// The fewest weights whose error's effect is within the budget.
  init?(
    _ exponential: ExponentialChoice, _ sizes: UnequalErrorSizes, count: Int, dimension: Int,
    before: Double, budget: Double
  ) {
    let interval = exponential.sums(count)
    // Twice the weights that a product costs: depth is dearer than width.
    let weightsOfProduct = 2 * (2 * dimension + 9 * count)
    var best: (choice: ReciprocalChoice, cost: Int)?
    var splines: [Int: ReciprocalBlock?] = [:]
    for products in 1...4 {
      for knots in 1...24 {
        let cost = knots * (2 * count + 3) + products * weightsOfProduct
        if let best, best.cost <= cost { break }
        let spline = splines[knots] ?? ReciprocalBlock(interval, knots: knots)
        splines[knots] = .some(spline)
        guard let block = spline, block.seedError < 0.9 else { continue }
        let bound = ReciprocalChoice.bound(
          block, products, exponential, sizes, count: count, before: before)
        guard bound <= budget else { continue }
        best = (ReciprocalChoice(block: block, products: products, bound: bound), cost)
        break
      }
    }
    guard let best else { return nil }
    self = best.choice
  }

  private init(block: ReciprocalBlock, products: Int, bound: Double) {
    (self.block, self.products, self.bound) = (block, products, bound)
  }

  /// The effect of the relative error e^{2^J} (derived).
  ///
  /// Where the sum S exceeds some 1 + c no responsibility is near 1, since the sum of the exact
  /// exponentials is at most 1/γ_k for every k; elsewhere e is only that of S up to 1 + c. What the
  /// steps before have moved, at most `before`, counts with the largest e.
  static func bound(
    _ block: ReciprocalBlock, _ products: Int, _ exponential: ExponentialChoice,
    _ sizes: UnequalErrorSizes, count: Int, before: Double
  ) -> Double {
    let power = Double(1 << products)
    let largest = Double.pow(block.seedError, power)
    let (h, added) = (exponential.block.innerError, exponential.addition)
    var least = largest * sizes.radius
    for n in 0..<24 {
      let end = 1 + 0.002 * .pow(1.5, Double(n))
      guard end < block.interval.upperBound else { break }
      let sum = (end - Double(count) * added) * .exp(-h - sizes.range)
      guard sum > 1 else { continue }
      let near = Double.pow(block.seedError(upTo: end), power)
      least = min(least, near * sizes.radius + largest * sizes.beyond(1 - 1 / sum))
    }
    return least + largest * before
  }
}
