import RealModule

/// Minimises a differentiable function by the BFGS method with central differences and backtracking
/// (Nocedal and Wright, 2006, sections 6.1 and 3.1).
///
/// It never returns a point above its start. Points where the function is not finite are never taken.
func quasiNewtonMinimum(
  of function: ([Double]) -> Double, from start: [Double], iterations: Int
) -> (point: [Double], value: Double) {
  let n = start.count
  var (x, value) = (start, function(start))
  var slope = centralDifferences(of: function, at: x)
  var inverse = identityRows(n)
  var fresh = true
  for _ in 0..<iterations {
    var direction = inverse.map { -inner($0, slope) }
    var descent = inner(direction, slope)
    if !(descent < 0) {
      (inverse, fresh, direction) = (identityRows(n), true, slope.map { -$0 })
      descent = -inner(slope, slope)
    }
    guard descent < 0 else { break }
    // A first step along the gradient is scaled to length 0.1 at most.
    var step = fresh ? min(1, 0.1 / (-descent).squareRoot()) : 1
    var (next, nextValue) = (x, Double.infinity)
    while step > 1e-14 {
      next = zip(x, direction).map { $0 + step * $1 }
      nextValue = function(next)
      if nextValue <= value + 1e-4 * step * descent { break }
      step /= 2
    }
    guard nextValue < value, nextValue.isFinite else {
      if fresh { break }
      (inverse, fresh) = (identityRows(n), true)
      continue
    }
    let nextSlope = centralDifferences(of: function, at: next)
    update(
      &inverse, step: zip(next, x).map { $0 - $1 }, change: zip(nextSlope, slope).map { $0 - $1 },
      fresh: fresh)
    let gain = value - nextValue
    (x, value, slope, fresh) = (next, nextValue, nextSlope, false)
    if gain <= 1e-13 * abs(value) { break }
  }
  return (x, value)
}

/// H ← (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ, ρ = 1/(yᵀs), where yᵀs > 0.
private func update(
  _ inverse: inout [[Double]], step s: [Double], change y: [Double], fresh: Bool
) {
  let curvature = inner(s, y)
  guard curvature > 1e-12 * (inner(s, s) * inner(y, y)).squareRoot() else { return }
  if fresh {
    let scale = curvature / inner(y, y)
    for i in inverse.indices { inverse[i][i] = scale }
  }
  let hy = inverse.map { inner($0, y) }
  let factor = (1 + inner(y, hy) / curvature) / curvature
  for i in s.indices {
    for j in s.indices {
      inverse[i][j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / curvature
    }
  }
}

private func centralDifferences(of function: ([Double]) -> Double, at x: [Double]) -> [Double] {
  var moved = x
  return x.indices.map { i in
    // Rounding and truncation balance near the cube root of the unit roundoff.
    let h = 6e-6 * max(1, abs(x[i]))
    moved[i] = x[i] + h
    let above = function(moved)
    moved[i] = x[i] - h
    let below = function(moved)
    moved[i] = x[i]
    return (above - below) / (2 * h)
  }
}

private func identityRows(_ n: Int) -> [[Double]] {
  (0..<n).map { i in (0..<n).map { $0 == i ? 1 : 0 } }
}

private func inner(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
