/// How far a misspelt name is from one that is known.
public enum EditDistance {
  /// The known name nearest to a misspelt one, if it is near enough to be meant.
  ///
  /// Near enough is at most a third of the letters (at least one) changed, added, dropped or
  /// swapped with their neighbour.
  public static func nearest(to name: String, in known: some Sequence<String>) -> String? {
    let limit = max(1, name.count / 3)
    let near = known.map { ($0, between(name.lowercased(), $0.lowercased())) }
      .min { $0.1 < $1.1 }
    guard let near, near.1 <= limit else { return nil }
    return near.0
  }

  /// The least number of single-letter changes and swaps of neighbours from one to the other.
  static func between(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var older: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        var best = min(last[j], row[j - 1]) + 1
        best = min(best, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          best = min(best, older[j - 2] + 1)
        }
        row.append(best)
      }
      (older, last) = (last, row)
    }
    return last[b.count]
  }
}
