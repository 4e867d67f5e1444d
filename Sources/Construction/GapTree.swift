/// The tree that finds the gaps of all components to the largest logit.
///
/// Gaps are not negative, so one neuron carries each. A group's gaps grow by max(Δ, 0) when another
/// group's maximum exceeds its own by Δ. Differences of only K − 1 pairs are stored, a spanning
/// tree, so that the stored ones are those of some logits near the exact ones.
enum GapTree {
  /// The pairs whose differences the tree needs.
  static func pairs(_ count: Int) -> [[Int]] {
    var (result, representatives) = ([[Int]](), Array(0..<count))
    while representatives.count > 1 {
      var next: [Int] = []
      for n in stride(from: 0, to: representatives.count, by: 2) {
        if n + 1 < representatives.count {
          result.append([representatives[n], representatives[n + 1]])
          next.append(representatives[n + 1])
        } else {
          next.append(representatives[n])
        }
      }
      representatives = next
    }
    return result
  }

  /// Adds the neurons of the tree: the gap of each component, all in one layer, with a bound of
  /// max δ − min δ where δ are the errors of the logits.
  ///
  /// - Parameters:
  ///   - count: the number of components, at least 2.
  ///   - differences: ℓ_i − ℓ_j and its error for each of `pairs`, all in one layer.
  static func gaps(
    _ count: Int, _ differences: [[Int]: (signal: Signal, error: LogitDifferences.Bound)],
    in builder: inout NetworkBuilder
  ) -> (gaps: [Signal], error: LogitDifferences.Bound) {
    let layer = differences.values.first?.signal.layer ?? 0
    var groups = (0..<count).map { Group(representative: $0, layer: layer) }
    var waiting = differences
    while groups.count > 1 {
      var next: [Group] = []
      var used: Set<[Int]> = []
      for n in stride(from: 0, to: groups.count, by: 2) {
        guard n + 1 < groups.count else {
          next.append(groups[n].carried(in: &builder))
          continue
        }
        let pair = [groups[n].representative, groups[n + 1].representative]
        used.insert(pair)
        if let (difference, error) = waiting[pair] {
          next.append(groups[n].merged(with: groups[n + 1], difference, error, in: &builder))
        }
      }
      for (pair, difference) in waiting.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        let signal = difference.signal
        waiting[pair] =
          used.contains(pair)
          ? nil : (builder.carry(signal, to: signal.layer + 1), difference.error)
      }
      groups = next
    }
    let members = groups[0].gaps.sorted { $0.component < $1.component }
    return (members.map(\.gap), groups[0].range)
  }
}

/// Components whose gaps to their own largest logit are known.
private struct Group {
  /// The component that stands for the group.
  let representative: Int
  var gaps: [(component: Int, gap: Signal)]
  /// Bounds of the logits' errors against the representative's, and among each other.
  var reach = LogitDifferences.Bound()
  var range = LogitDifferences.Bound()

  init(representative: Int, layer: Int) {
    self.representative = representative
    gaps = [(representative, .constant(0, layer: layer))]
  }

  /// The group's largest logit less the representative's.
  private var excess: Signal {
    gaps.first { $0.component == representative }?.gap ?? .constant(0, layer: gaps[0].gap.layer)
  }

  func carried(in builder: inout NetworkBuilder) -> Group {
    var result = self
    result.gaps = gaps.map { ($0.component, builder.carry($0.gap, to: $0.gap.layer + 1)) }
    return result
  }

  func merged(
    with other: Group, _ difference: Signal, _ error: LogitDifferences.Bound,
    in builder: inout NetworkBuilder
  ) -> Group {
    let lead = difference + excess - other.excess
    let (ahead, behind) = (builder.relu(lead), builder.relu(-1 * lead))
    let (left, right) = (carried(in: &builder), other.carried(in: &builder))
    var result = right
    result.gaps =
      left.gaps.map { ($0.component, $0.gap + behind) }
      + right.gaps.map { ($0.component, $0.gap + ahead) }
    result.reach = .larger(other.reach, reach + error)
    result.range = .larger(.larger(range, other.range), reach + error + other.reach)
    return result
  }
}
