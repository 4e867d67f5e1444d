import RealModule

/// What two components in conflict can contribute to λ_max(−∇v) if they hold the share π of all
/// responsibility: at most π(base + slope · log(1/π)).
struct ConflictEdge: Sendable {
  var base: Double
  var slope: Double

  /// The larger of base + slope · log 2 decides which of two valid bounds is used.
  private var rank: Double { base + 0.7 * slope }

  /// The better of two bounds for one pair.
  static func better(_ a: ConflictEdge?, _ b: ConflictEdge?) -> ConflictEdge? {
    guard let a, let b else { return a ?? b }
    return a.isBetter(than: b) ? a : b
  }

  /// Whether this bound would be used in place of the other.
  func isBetter(than other: ConflictEdge?) -> Bool { other.map { rank <= $0.rank } ?? true }

  /// sup over 0 ≤ π ≤ 1 of π(base + slope · log(1/π) − v): at π = e^{−1−ν}, ν = (v − base)/slope, or at 1.
  func gain(over v: Double) -> Double {
    let excess = base - v
    // Also where slope = 0.
    if excess >= slope { return excess }
    return slope > 0 ? slope * .exp(excess / slope - 1) : 0
  }

  /// At least sup Σ_e π_e(base_e + slope_e log(1/π_e)) over shares π ≥ 0, Σπ = 1, of which at most `count`
  /// are positive.
  ///
  /// For every v the sum is at most v + Σ sup_π π(… − v) over the `count` largest terms. That is convex
  /// in v; golden section finds a good v, and any v is valid.
  static func combined(_ edges: [ConflictEdge], atMost count: Int) -> Double {
    let top = edges.reduce(-.infinity) { max($0, $1.base) }
    let spread = edges.reduce(0) { max($0, $1.slope) }
    guard spread > 0, count > 1, top.isFinite else { return top }
    // Terms below this do not matter at any v in question.
    let active = edges.filter { $0.base + 40 * $0.slope > top - spread }
    func value(_ v: Double) -> Double {
      v + sum(ofLargest: count, active.map { $0.gain(over: v) })
    }
    var (low, high) = (top - spread, top + spread * .log(Double(count)))
    let ratio = 0.618_033_988_749_895
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atLeft, atRight) = (value(left), value(right))
    var best = min(value(low), value(high), atLeft, atRight)
    for _ in 0..<24 {
      if atLeft < atRight {
        (high, right, atRight) = (right, left, atLeft)
        left = high - ratio * (high - low)
        atLeft = value(left)
        best = min(best, atLeft)
      } else {
        (low, left, atLeft) = (left, right, atRight)
        right = low + ratio * (high - low)
        atRight = value(right)
        best = min(best, atRight)
      }
    }
    return best
  }
}

/// The sum of the largest numbers, in time linear in how many there are (quickselect).
private func sum(ofLargest count: Int, _ numbers: [Double]) -> Double {
  guard numbers.count > count else { return numbers.reduce(0, +) }
  var numbers = numbers
  // What is before `low` belongs to the largest, what is from `high` does not.
  var (low, high) = (0, numbers.count)
  while high - low > 1 {
    let pivot = numbers[low + (high - low) / 2]
    var (greater, place, less) = (low, low, high)
    while place < less {
      if numbers[place] > pivot {
        numbers.swapAt(greater, place)
        (greater, place) = (greater + 1, place + 1)
      } else if numbers[place] < pivot {
        less -= 1
        numbers.swapAt(place, less)
      } else {
        place += 1
      }
    }
    // [low, greater) are above the pivot, [greater, less) are it.
    if count <= greater {
      high = greater
    } else if count >= less {
      low = less
    } else {
      break
    }
  }
  return numbers.prefix(count).reduce(0, +)
}
