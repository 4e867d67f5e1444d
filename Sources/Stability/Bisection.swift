/// The point of [a, b] where the non-decreasing f reaches `target`, to the last bit.
package func bisect(
  _ f: (Double) -> Double, _ target: Double, _ a: Double, _ b: Double
) -> Double {
  var (low, high) = (a, b)
  while true {
    let middle = 0.5 * (low + high)
    if middle <= low || middle >= high { return middle }
    if f(middle) < target { low = middle } else { high = middle }
  }
}
