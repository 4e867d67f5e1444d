import Arrays
import Distillation
import Mixtures
import ProbabilityFlow
import ScoreMatching
import Stability

extension RunReport {
  private static let imagesInRow = 16
  private static let pointCount = 1000

  /// Samples of the data, the teacher and the students, from the same noise where they have any.
  var samples: Section? {
    let count = imageSize == nil ? RunReport.pointCount : 2 * RunReport.imagesInRow
    let (flow, horizon) = (plan.distilled, flow.process.horizon)
    let tolerance = flow.referenceTolerance
    guard
      let noise = try? flow.sample(
        count, at: horizon, tolerance: tolerance,
        from: RandomStream(seed: plan.seed).substream("report")),
      let arrived = try? flow.transport(noise, from: horizon, to: 0, tolerance: tolerance)
        .orThrow().states
    else {
      return Section(
        title: "Samples",
        blocks: [.prose("The teacher could not carry every sample, so none is shown.")])
    }
    var sets = [(name: "teacher", values: arrived)]
    sets += runs.map { ($0.name, $0.students(noise)) }
    if let imageSize {
      return Section(title: "Samples", blocks: images(sets, imageSize.width, imageSize.height))
    }
    return plan.mixture.dimension > 1
      ? Section(title: "Samples", blocks: scatter(sets)) : nil
  }

  private func images(
    _ sets: [(name: String, values: Matrix<Double>)], _ width: Int, _ height: Int
  ) -> [Block] {
    let perRow = RunReport.imagesInRow
    let range = valueRange(data ?? sets[0].values)
    func grid(_ title: String, _ rows: (Int) -> [ImageGrid.Row]) -> String {
      ImageGrid(
        title: title,
        description: "Rows of images from the data, the teacher and the students.",
        rows: [0, 1].flatMap(rows), width: width, height: height, range: range,
        pixelSize: max(2, 44 / Double(width))
      ).svg()
    }
    func images(_ values: Matrix<Double>, _ half: Int) -> [[Double]] {
      (0..<perRow).map { Array(values[row: half * perRow + $0]) }
    }
    var figures: [Figure] = []
    if let data {
      // Spread over the file, which is often sorted.
      let shown = (0..<2 * perRow).flatMap { data[row: $0 * data.rows / (2 * perRow)] }
      let spread = Matrix(rows: 2 * perRow, columns: data.columns, elements: shown)
      figures.append(
        Figure(svg: grid("Real data") { [ImageGrid.Row("data", images: images(spread, $0))] }))
    }
    figures.append(
      Figure(
        svg: grid("Teacher and students") { half in
          sets.map { ImageGrid.Row($0.name, images: images($0.values, half)) }
        },
        caption: "Teacher and students start from the same noise in each column: a good student "
          + "shows the teacher's image."))
    return figures.map { .figures([$0]) }
  }

  private func scatter(_ sets: [(name: String, values: Matrix<Double>)]) -> [Block] {
    guard let axes = plan.mixture.principalAxes else { return [] }
    let projected = (data.map { [(name: "data", values: $0)] } ?? []) + sets
    let points = projected.map { set in
      let shown = set.values.rowBlock(0..<min(set.values.rows, RunReport.pointCount))
      return (name: set.name, at: Gemm.product(shown, transposed: axes))
    }
    let x = extent(points.map { $0.at }, 0)
    let y = extent(points.map { $0.at }, 1)
    let figures = points.enumerated().map { i, set in
      let first = points.count - runs.count
      return Figure(
        svg: Plot(
          title: set.name, x: .init("first principal axis", range: x),
          y: .init("second principal axis", range: y),
          series: [
            .points(
              nil, x: (0..<set.at.rows).map { set.at[$0, 0] },
              y: (0..<set.at.rows).map { set.at[$0, 1] },
              color: i < first ? .ink : color(i - first))
          ], width: 340, height: 320
        ).svg())
    }
    return [
      .prose(
        "\(NumberText.count(RunReport.pointCount)) samples on the first two principal axes of the "
          + "mixture; teacher and students start from the same noise."),
      .figures(figures),
    ]
  }

  private func valueRange(_ values: Matrix<Double>) -> ClosedRange<Double> {
    let low = values.elements.reduce(.infinity, min)
    return low...max(low, values.elements.reduce(-.infinity, max))
  }

  private func extent(_ sets: [Matrix<Double>], _ column: Int) -> ClosedRange<Double> {
    var (low, high) = (Double.infinity, -Double.infinity)
    for set in sets {
      for i in 0..<set.rows where set[i, column].isFinite {
        low = min(low, set[i, column])
        high = max(high, set[i, column])
      }
    }
    let margin = 0.04 * (high - low)
    return (low - margin)...(high + margin)
  }
}

extension GaussianMixture {
  /// The two directions of largest variance of the whole mixture, 2×d.
  fileprivate var principalAxes: Matrix<Double>? {
    let d = dimension
    let mean = mean
    var total = Matrix<Double>(rows: d, columns: d)
    for k in 0..<componentCount {
      let covariance = covariance(k)
      for a in 0..<d {
        for b in 0..<d {
          total[a, b] +=
            weights[k]
            * (covariance[a, b] + (means[k, a] - mean[a]) * (means[k, b] - mean[b]))
        }
      }
    }
    guard let eigen = SymmetricEigen(total) else { return nil }
    return Matrix(
      rows: 2, columns: d,
      elements: Array(eigen.vectorRows[row: d - 1]) + Array(eigen.vectorRows[row: d - 2]))
  }
}
