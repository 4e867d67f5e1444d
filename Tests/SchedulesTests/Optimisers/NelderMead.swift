/// Nelder and Mead's simplex method (1965) with their usual coefficients.
///
/// A general optimiser against which rules are held; it knows values only.
func nelderMead(
  from start: [Double], size: Double, evaluations: Int, _ f: ([Double]) -> Double
) -> (x: [Double], value: Double) {
  var simplex = [(x: start, value: f(start))]
  for i in start.indices {
    var x = start
    x[i] += size
    simplex.append((x, f(x)))
  }
  var used = simplex.count
  func towards(_ centre: [Double], _ x: [Double], _ factor: Double) -> (x: [Double], value: Double)
  {
    let point = zip(centre, x).map { $0 + factor * ($1 - $0) }
    used += 1
    return (point, f(point))
  }
  let n = start.count
  while used < evaluations {
    simplex.sort { $0.value < $1.value }
    if simplex[n].value - simplex[0].value < 1e-7 { break }
    let centre = start.indices.map { a in
      simplex.dropLast().reduce(0) { $0 + $1.x[a] } / Double(n)
    }
    let worst = simplex[n]
    let mirrored = towards(centre, worst.x, -1)
    if mirrored.value < simplex[0].value {
      let expanded = towards(centre, worst.x, -2)
      simplex[n] = expanded.value < mirrored.value ? expanded : mirrored
    } else if mirrored.value < simplex[n - 1].value {
      simplex[n] = mirrored
    } else {
      let nearer = mirrored.value < worst.value ? mirrored : worst
      let inner = towards(centre, nearer.x, 0.5)
      if inner.value < nearer.value {
        simplex[n] = inner
      } else {
        let best = simplex[0].x
        for i in 1...n { simplex[i] = towards(best, simplex[i].x, 0.5) }
      }
    }
  }
  let best = simplex.min { $0.value < $1.value } ?? simplex[0]
  return best
}
