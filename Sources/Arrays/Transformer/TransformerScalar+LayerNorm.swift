extension TransformerScalar {
  /// Layer normalisation of each row of `x` (Ba, Kiros and Hinton, 2016), as
  /// `torch.nn.LayerNorm`: u = (x − mean)/√(variance + 10⁻⁵), y = weights ∘ u + biases.
  ///
  /// - Parameters:
  ///   - scale: weights, then biases, each as many as `x` has columns.
  ///   - x: rows × columns.
  ///   - normalised: u.
  ///   - inverseDeviation: 1/√(variance + 10⁻⁵), one a row.
  ///   - y: the result.
  public static func layerNorm(
    scale: ArraySlice<Self>, _ x: ArraySlice<Self>, normalised: inout [Self],
    inverseDeviation: inout [Self], into y: inout [Self]
  ) {
    let (rows, columns) = shape(x, scale)
    unsafe withPointer(&normalised, count: x.count) { u in
      unsafe withPointer(&inverseDeviation, count: rows) { inverse in
        unsafe withPointer(&y, count: x.count) { y in
          unsafe withPointer(scale.prefix(columns)) { weights in
            unsafe withPointer(scale.dropFirst(columns)) { biases in
              unsafe withPointer(x) { x in
                unsafe functions.layerNorm(rows, columns, weights, biases, x, u, inverse, y)
              }
            }
          }
        }
      }
    }
  }

  /// y = weights ∘ u + biases, `layerNorm`'s last step alone.
  public static func affine(
    scale: ArraySlice<Self>, _ normalised: ArraySlice<Self>, into y: inout [Self]
  ) {
    let (rows, columns) = shape(normalised, scale)
    unsafe withPointer(&y, count: normalised.count) { y in
      unsafe withPointer(scale.prefix(columns)) { weights in
        unsafe withPointer(scale.dropFirst(columns)) { biases in
          unsafe withPointer(normalised) {
            unsafe functions.affine(rows, columns, weights, biases, $0, y)
          }
        }
      }
    }
  }

  /// Adds the gradients of a layer normalisation, from the gradient with respect to its result.
  ///
  /// With g = weights ∘ outputGradient and means over a row (derived):
  /// ```
  /// inputGradient += (g − mean(g) − u mean(g ∘ u)) / √(variance + 10⁻⁵)
  /// ```
  /// - Parameters:
  ///   - scale: weights, then biases.
  ///   - normalised: u.
  ///   - inverseDeviation: as `layerNorm` left it.
  ///   - outputGradient: rows × columns.
  ///   - scaleGradient: where the gradient of `scale` is added, from `start` on.
  ///   - inputGradient: where the gradient with respect to x is added.
  public static func layerNormBackward(
    scale: ArraySlice<Self>, normalised: ArraySlice<Self>, inverseDeviation: ArraySlice<Self>,
    outputGradient: ArraySlice<Self>, scaleGradient: inout [Self], from start: Int,
    inputGradient: inout [Self]
  ) {
    let (rows, columns) = shape(outputGradient, scale)
    precondition(
      normalised.count == outputGradient.count && inverseDeviation.count >= rows,
      "\(normalised.count) values, \(inverseDeviation.count) rows")
    unsafe withPointer(&scaleGradient, from: start, count: 2 * columns) { gradient in
      unsafe withPointer(&inputGradient, count: outputGradient.count) { dx in
        unsafe withPointer(scale) { weights in
          unsafe withPointer(normalised) { u in
            unsafe withPointer(inverseDeviation) { inverse in
              unsafe withPointer(outputGradient) { dy in
                unsafe functions.layerNormBackward(
                  rows, columns, weights, u, inverse, dy, gradient, gradient + columns, dx)
              }
            }
          }
        }
      }
    }
  }

  /// Rows and columns of `x`, from the weights and biases of its columns.
  private static func shape(_ x: ArraySlice<Self>, _ scale: ArraySlice<Self>) -> (
    rows: Int, columns: Int
  ) {
    let columns = scale.count / 2
    precondition(
      columns > 0 && scale.count == 2 * columns && x.count % columns == 0,
      "\(x.count) elements, \(scale.count) weights and biases")
    return (x.count / columns, columns)
  }
}
