import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Reports
import Stability
import Testing

@Suite struct ConstructionReportTests {
  private static let equal = [Double](repeating: 0.2, count: 3)

  private func mixture(_ variances: [Double] = equal) throws -> GaussianMixture {
    try GaussianMixture(
      weights: [0.5, 0.3, 0.2],
      means: Matrix(rows: 3, columns: 2, elements: [1, 0, -1, 0.5, 0, -1]),
      covariances: .spherical(variances))
  }

  private func report(
    _ mixture: GaussianMixture, norm: ErrorNorm? = nil, relative: Bool = true,
    variant: NetworkVariant = .mixed, tolerance: Double = 1e-5
  ) throws -> ConstructionReport {
    let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
    let marginal = flow.marginal(at: 0.05)
    let score = try ConstructedScore(
      marginal, tolerance: tolerance, relative: relative, norm: norm, variant: variant)
    let measured = MeasuredError(
      score.network, marginal, samples: 60, random: RandomStream(seed: 4),
      ball: score.certificate.growth.isFinite ? .infinity : score.certificate.ball)
    var report = ConstructionReport(
      flow, time: 0.05, score, measured, tolerance: tolerance, title: "A <score>")
    (report.isRelative, report.variant) = (relative, variant)
    return report
  }

  private func html(_ report: ConstructionReport) -> String {
    let html = report.page().html()
    #expect(xmlComplaint(html) == nil)
    #expect(!html.contains("undefined") && !leaksNonFinite(html))
    return html
  }

  private func drawings(_ html: String) -> Int {
    html.components(separatedBy: "<svg xmlns=").count - 1
  }

  /// Whether a table of the page has these cells side by side.
  private func hasRow(_ html: String, _ cells: [String]) -> Bool {
    html.split(separator: "\n").contains { line in
      let texts = line.components(separatedBy: "<td").dropFirst().map { cell in
        cell.replacing("<strong>", with: "").replacing("</strong>", with: "")
          .components(separatedBy: ">")[1].components(separatedBy: "<")[0]
      }
      return texts.starts(with: cells)
    }
  }

  @Test(arguments: [nil, ErrorNorm.l1, .l2, .l4])
  func showsCertificateAndErrors(norm: ErrorNorm?) throws {
    let report = try report(try mixture(), norm: norm)
    let html = html(report)
    let (certificate, measured) = (report.score.certificate, report.measured)
    for term in certificate.terms {
      let relative = term.bound / certificate.scoreNorm
      #expect(
        hasRow(
          html,
          [term.source, NumberText.significant(term.bound), NumberText.significant(relative)]))
    }
    #expect(
      hasRow(
        html,
        [
          "together", NumberText.significant(certificate.errorBound),
          NumberText.significant(certificate.relativeErrorBound),
        ]))
    #expect(hasRow(html, ["largest found, float64", NumberText.significant(measured.largest)]))
    #expect(
      hasRow(
        html,
        ["largest found, float32", NumberText.significant(measured.largestInSinglePrecision)]))
    for (name, p) in [("in L¹(p_t), float64", ErrorNorm.l1), ("in L⁴(p_t), float64", .l4)] {
      let error = try #require(measured.estimate(p))
      let text = NumberText.estimate(error.value, standardError: error.standardError)
      #expect(hasRow(html, [name, text]))
    }
    // A certificate in L^p covers smaller powers alone, and the uniform one all.
    let ratio = NumberText.significant(certificate.errorBound / measured.error(.l4))
    #expect(html.contains(">\(ratio)</td>") == (norm == nil || norm == .l4))
    #expect(html.contains("badge certificate") && html.contains("badge estimate"))
    #expect(html.contains(">\(report.score.network.hiddenLayers)</div>"))
    #expect(drawings(html) == 1)
    #expect(html.contains(ArchitectureDrawing(report.score).svg))
    #expect(html.contains("A &lt;score&gt;"))
    #expect(!html.contains("Size against"))
  }

  @Test func drawsTheSweeps() throws {
    var report = try report(try mixture())
    let marginal = report.flow.marginal(at: 0.05)
    report.accuracies = try [1e-1, 1e-2, 1e-3, 1e-4, 1e-5].map {
      ($0, try ConstructedScore(marginal, tolerance: $0))
    }
    report.sizes = try SizeSweep.Quantity.allCases.map {
      try SizeSweep($0, tolerance: 1e-2, like: marginal, random: RandomStream(seed: 1))
    }
    let html = html(report)
    #expect(drawings(html) == 2 + 6 + 1)
    for (tolerance, score) in report.accuracies {
      #expect(
        hasRow(
          html,
          [
            tolerance < 1e-3 ? "1e-\(Int((-Double.log10(tolerance)).rounded()))" : "\(tolerance)",
            NumberText.significant(score.certificate.relativeErrorBound),
            "\(score.network.hiddenLayers)", "\(score.network.width)",
            NumberText.count(score.network.weightCount),
          ]))
    }
    let layers = report.accuracies.map { Double($0.score.network.hiddenLayers) }
    let growth = try #require(
      SizeGrowth(tolerances: report.accuracies.map(\.tolerance), sizes: layers))
    #expect(
      html.contains("\(NumberText.significant(growth.perHalving)) layers for each halving of ε"))
    for sweep in report.sizes {
      for row in sweep.rows {
        #expect(html.contains(">\(NumberText.count(row.weights))</td>"), "\(sweep.quantity)")
      }
    }
    for title in ["Layers against K", "Weights against d", "Layers against D/σ₀"] {
      #expect(html.contains("<title>\(title)</title>"), "\(title)")
    }
  }

  /// One tolerance has no line, and networks of one size no extent.
  @Test func shortSweepsHaveNoLine() throws {
    var report = try report(try mixture(), relative: false, variant: .pure)
    for tolerances in [[1e-5], [1e-5, 1.1e-5, 1.2e-5]] {
      report.accuracies = tolerances.map { ($0, report.score) }
      let html = html(report)
      #expect(drawings(html) == 3)
      #expect(html.contains("Three tolerances") == (tolerances.count < 3))
      #expect(html.contains("variant pure") && html.contains("absolute"))
    }
  }

  /// Unequal covariances claim nothing outside the ball; one Gaussian has no hidden layer.
  @Test func othersHaveTheirWords() throws {
    let unequal = try mixture([0.2, 0.3, 0.1])
    #expect(html(try report(unequal)).contains("in L²(p_t)"))
    #expect(html(try report(unequal, norm: .uniform)).contains("nothing is claimed beyond"))
    let single = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: 2, elements: [0, 1]),
      covariances: .spherical([0.5]))
    #expect(html(try report(single)).contains(">0</div>"))
  }

  /// A certificate below what float32 can do is said to be so.
  @Test func warnsOfRounding() throws {
    let report = try report(try mixture(), tolerance: 1e-9)
    #expect(report.measured.largestInSinglePrecision > report.score.certificate.errorBound)
    #expect(html(report).contains("Rounding in float32 evaluation dominates"))
  }
}
