import Arrays
import Networks
import Testing

extension NetworksTests {
  /// Dense layers in panels against loops in double precision.
  ///
  /// What fills panels up is not a number here: nothing may depend on it.
  @Suite struct PanelKernelTests {
    typealias Rectifier = TrainingKernels.Rectifier

    struct Shape: Sendable, CustomTestStringConvertible {
      let rows: Int
      let inputs: Int
      let outputs: Int
      var testDescription: String { "\(rows) rows, \(inputs) to \(outputs)" }
    }

    /// All remainders of tiles of 8, 6, 5 and 4 rows, of panels and of pairs of panels, and a depth that is
    /// cut in two.
    static let shapes = [
      Shape(rows: 1, inputs: 1, outputs: 1), Shape(rows: 3, inputs: 15, outputs: 17),
      Shape(rows: 8, inputs: 16, outputs: 16), Shape(rows: 13, inputs: 33, outputs: 6),
      Shape(rows: 14, inputs: 66, outputs: 27), Shape(rows: 23, inputs: 47, outputs: 32),
      Shape(rows: 36, inputs: 300, outputs: 40), Shape(rows: 130, inputs: 64, outputs: 272),
    ]

    static func numbers(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Float> {
      let x = RandomStream(seed: seed).normals(rows: rows, columns: columns)
      return Matrix(rows: rows, columns: columns, elements: x.elements.map(Float.init))
    }

    static func panels(_ x: Matrix<Float>) -> [Float] {
      var result = blank(x.rows, x.columns)
      var span = result.mutableSpan
      PanelKernels.load(x.elements.span, rows: x.rows, columns: x.columns, into: &span)
      // Only what belongs to the matrix survives the change of what fills it up.
      for k in result.indices {
        let height = (x.rows + 3) / 4 * 4
        let (panel, row, lane) = (k / (16 * height), k / 16 % height, k % 16)
        if row >= x.rows || panel * 16 + lane >= x.columns {
          #expect(result[k] == 0)
          result[k] = .nan
        } else {
          #expect(result[k] == x.elements[row * x.columns + panel * 16 + lane])
        }
      }
      return result
    }

    static func blank(_ rows: Int, _ columns: Int) -> [Float] {
      [Float](repeating: .nan, count: PanelKernels.count(rows: rows, columns: columns))
    }

    static func rows(_ panels: [Float], _ rows: Int, _ columns: Int) -> Matrix<Float> {
      var result = Matrix<Float>(rows: rows, columns: columns)
      var span = result.elements.mutableSpan
      PanelKernels.unload(panels.span, rows: rows, columns: columns, into: &span)
      return result
    }

    static func packed(_ weights: Matrix<Float>, _ biases: [Float]) -> [Float] {
      let (n, k) = (weights.rows, weights.columns)
      var result = [Float](
        repeating: .nan, count: PanelKernels.forwardCount(inputs: k, outputs: n))
      var span = result.mutableSpan
      PanelKernels.packForForward(
        weights.elements.span, biases: biases.span, inputs: k, outputs: n, into: &span)
      return result
    }

    static func forward(
      _ x: Matrix<Float>, _ packed: [Float], _ kind: Rectifier, adding: Bool, _ outputs: Int,
      into y: inout [Float]
    ) {
      var span = y.mutableSpan
      PanelKernels.forward(
        panels(x).span, packed.span, rows: x.rows, inputs: x.columns, outputs: outputs,
        rectifier: kind, adding: adding, into: &span)
    }

    static func backward(
      _ gradient: Matrix<Float>, _ weights: Matrix<Float>, _ kind: Rectifier,
      _ values: Matrix<Float>, adding: Bool, into to: inout [Float]
    ) {
      let (n, k) = (weights.rows, weights.columns)
      var packed = [Float](
        repeating: .nan, count: PanelKernels.backwardCount(inputs: k, outputs: n))
      var packedSpan = packed.mutableSpan
      PanelKernels.packForBackward(
        weights.elements.span, inputs: k, outputs: n, into: &packedSpan)
      var span = to.mutableSpan
      PanelKernels.backward(
        panels(gradient).span, packed.span, rows: gradient.rows, inputs: k, outputs: n,
        rectifier: kind, values: panels(values).span, adding: adding, into: &span)
    }

    static func value(_ kind: Rectifier, _ z: Double) -> Double {
      switch kind {
      case .none: z
      case .linear: max(z, 0)
      case .quadratic: max(z, 0) * max(z, 0)
      case .smooth: Activation.squareplus(z)
      }
    }

    static func slope(_ kind: Rectifier, at a: Double) -> Double {
      switch kind {
      case .none: 1
      case .linear: a > 0 ? 1 : 0
      case .quadratic: 2 * a.squareRoot()
      case .smooth: 4 * a * a / (4 * a * a + 1)
      }
    }

    /// Rounding of sums of `depth` products of normal numbers.
    static func tolerance(_ depth: Int) -> Double { 4e-7 * Double(depth + 8) }

    @Test(arguments: shapes, [Rectifier.none, .linear, .quadratic, .smooth])
    func forward(shape: Shape, kind: Rectifier) {
      let (m, k, n) = (shape.rows, shape.inputs, shape.outputs)
      let (x, w) = (Self.numbers(m, k, 1), Self.numbers(n, k, 2))
      let bias = Self.numbers(1, n, 3).elements
      var y = Self.blank(m, n)
      Self.forward(x, Self.packed(w, bias), kind, adding: false, n, into: &y)
      let once = Self.rows(y, m, n)
      for i in 0..<m {
        for j in 0..<n {
          let z = (0..<k).reduce(Double(bias[j])) { $0 + Double(x[i, $1]) * Double(w[j, $1]) }
          let steepest = kind == .quadratic ? 2 * abs(z) + 1 : 1
          #expect(
            abs(Double(once[i, j]) - Self.value(kind, z)) <= Self.tolerance(k) * steepest)
        }
      }

      guard kind == .none else { return }
      Self.forward(x, Self.packed(w, []), kind, adding: true, n, into: &y)
      let twice = Self.rows(y, m, n)
      for i in 0..<m {
        for j in 0..<n {
          let expected = 2 * Double(once[i, j]) - Double(bias[j])
          #expect(abs(Double(twice[i, j]) - expected) <= 2 * Self.tolerance(k))
        }
      }
    }

    @Test(arguments: shapes, [Rectifier.none, .linear, .quadratic, .smooth])
    func backward(shape: Shape, kind: Rectifier) {
      let (m, k, n) = (shape.rows, shape.inputs, shape.outputs)
      let (gradient, w) = (Self.numbers(m, n, 4), Self.numbers(n, k, 5))
      // Values of a rectifier are not negative, and some are 0.
      var values = Self.numbers(m, k, 6)
      for i in values.elements.indices { values.elements[i] = max(values.elements[i], 0) }
      var to = Self.blank(m, k)
      Self.backward(gradient, w, kind, values, adding: false, into: &to)
      let result = Self.rows(to, m, k)
      for i in 0..<m {
        for t in 0..<k {
          let sum = (0..<n).reduce(0.0) { $0 + Double(gradient[i, $1]) * Double(w[$1, t]) }
          let slope = Self.slope(kind, at: Double(values[i, t]))
          #expect(abs(Double(result[i, t]) - sum * slope) <= Self.tolerance(n) * (1 + slope))
        }
      }
      if kind == .none {
        Self.backward(gradient, w, kind, values, adding: true, into: &to)
        let twice = Self.rows(to, m, k)
        for i in twice.elements.indices {
          #expect(
            abs(Double(twice.elements[i]) - 2 * Double(result.elements[i]))
              <= 2 * Self.tolerance(n))
        }
      }

      // The slope alone, as the last layer takes it.
      var alone = Self.panels(Self.numbers(m, k, 7))
      var aloneSpan = alone.mutableSpan
      TrainingKernels.rectifierBackward(kind, values: Self.panels(values).span, &aloneSpan)
      let scaled = Self.rows(alone, m, k)
      let before = Self.numbers(m, k, 7)
      // A fused multiplication may round the smooth one's square otherwise.
      let tolerance: Float = kind == .smooth ? 3e-7 : 0
      for i in scaled.elements.indices {
        let (a, g) = (values.elements[i], before.elements[i])
        let expected: Float =
          switch kind {
          case .none: g
          case .linear: a > 0 ? g : 0
          case .quadratic: g * (2 * a.squareRoot())
          case .smooth: g * (4 * a * a / (4 * a * a + 1))
          }
        #expect(abs(scaled.elements[i] - expected) <= tolerance * abs(expected))
      }
    }

    @Test(arguments: shapes) func weightGradient(shape: Shape) {
      let (m, k, n) = (shape.rows, shape.inputs, shape.outputs)
      let (gradient, x) = (Self.numbers(m, n, 8), Self.numbers(m, k, 9))
      var weights = [Float](repeating: .nan, count: n * k)
      for pass in 1...2 {
        var span = weights.mutableSpan
        PanelKernels.weightGradient(
          Self.panels(gradient).span, Self.panels(x).span, rows: m, inputs: k, outputs: n,
          adding: pass == 2, into: &span)
        for j in 0..<n {
          for t in 0..<k {
            let sum = (0..<m).reduce(0.0) { $0 + Double(gradient[$1, j]) * Double(x[$1, t]) }
            let error = abs(Double(weights[j * k + t]) - Double(pass) * sum)
            #expect(error <= Double(pass) * Self.tolerance(m))
          }
        }
      }
    }

    @Test(arguments: shapes) func sumsAndErrors(shape: Shape) {
      let (m, n) = (shape.rows, shape.outputs)
      let (x, target) = (Self.numbers(m, n, 10), Self.numbers(m, n, 11))
      var sums = [Float](repeating: .nan, count: PanelKernels.width(n))
      var span = sums.mutableSpan
      PanelKernels.columnSums(Self.panels(x).span, rows: m, columns: n, into: &span)
      for j in 0..<n {
        #expect(sums[j] == (0..<m).reduce(Float(0)) { $0 + x[$1, j] })
      }

      var gradient = Self.blank(m, n)
      var gradientSpan = gradient.mutableSpan
      let error = PanelKernels.squaredError(
        Self.panels(x).span, target.elements.span, rows: m, columns: n, scale: 0.25,
        gradient: &gradientSpan)
      let differences = zip(x.elements, target.elements).map { $0 - $1 }
      let naive = differences.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(Self.rows(gradient, m, n).elements == differences.map { 0.25 * $0 })
      #expect(gradient.allSatisfy { !$0.isNaN })
      #expect(abs(error - naive) <= 1e-13 * naive)
    }

    /// Far out the smooth rectifier is max(z, 0) + 1/(4|z|), to all digits; a NaN is seen by each.
    @Test func tailsAndNotANumber() {
      let z: [Float] = [-1e4, -3, 0, 3, 1e4, .nan]
      for kind in [Rectifier.linear, .quadratic, .smooth] {
        // One input of 1, so that biases are the sums.
        var y = Self.blank(1, z.count)
        Self.forward(
          Self.numbers(1, 1, 12), Self.packed(Matrix(rows: z.count, columns: 1), z), kind,
          adding: false, z.count, into: &y)
        for k in 0..<5 {
          let exact = Self.value(kind, Double(z[k]))
          #expect(abs(Double(y[k]) - exact) <= (kind == .smooth ? 2e-7 : 0) * exact)
        }
        #expect(y[5].isNaN)
        if kind == .smooth { #expect(abs(Double(y[0]) / 2.5e-5 - 1) < 2e-7) }
      }
    }
  }
}
