extension TransformerScalar {
  /// The exact GELU z Φ(z) (Hendrycks and Gimpel, 2016) of the first `count` elements of `z`, which
  /// become its derivative Φ(z) + z φ(z): all that a backward pass needs.
  public static func gelu(count: Int, _ z: inout [Self], into a: inout [Self]) {
    unsafe withPointer(&z, count: count) { z in
      unsafe withPointer(&a, count: count) { unsafe functions.gelu(count, z, $0) }
    }
  }

  /// Each of the first `rows` rows of `x` becomes its softmax e^x / Σ e^x.
  public static func softmax(rows: Int, columns: Int, _ x: inout [Self]) {
    if columns == 0 { return }
    unsafe withPointer(&x, count: rows * columns) { unsafe functions.softmax(rows, columns, $0) }
  }

  /// The gradient with respect to a softmax's input from that with respect to its values p, row by
  /// row: g ← p ∘ (g − Σ p g).
  public static func softmaxBackward(columns: Int, _ p: ArraySlice<Self>, _ g: inout [Self]) {
    precondition(columns > 0 && p.count % columns == 0, "\(p.count) in rows of \(columns)")
    unsafe withPointer(&g, count: p.count) { g in
      unsafe withPointer(p) { unsafe functions.softmaxBackward(p.count / columns, columns, $0, g) }
    }
  }
}
