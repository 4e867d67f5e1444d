import ArgumentParser
import FlowDistill

/// How data become the mixture that a grid is made for.
struct GridDataOptions: ParsableArguments {
  @OptionGroup var selection: DataOptions

  @Option(
    help: "Data: the number of components K, or auto for the best BIC of a few (default auto).")
  var components: String?

  @Option(help: "Data: the covariances, spherical, diag, tied or full (default full).")
  var covariance: String?

  /// The numbers of components that `auto` tries, until two in a row do not improve.
  static let candidates = [1, 2, 4, 8, 16, 32, 64]

  /// Whether a name is that of a data file rather than of a mixture.
  static func isData(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".npy", ".csv", ".gz"].contains { name.hasSuffix($0) }
  }

  /// Refuses options of data where there are none.
  func checkNoneGiven() throws {
    if selection.isGiven || components != nil || covariance != nil {
      throw CommandError.usage(
        "--columns, --rescale, --components and --covariance go with data, not with a mixture")
    }
  }

  /// The mixture of the data, or an error.
  func fit(_ path: String, seed: UInt64) throws -> GaussianMixture {
    let name = covariance ?? CovarianceType.full.rawValue
    guard let type = CovarianceType(rawValue: name) else {
      let names = CovarianceType.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage("--covariance is \"\(name)\"; use one of \(names)")
    }
    let counts = try counts()
    let samples = try selection.selection().read(path)
    Interruption.watch()
    var best: MixtureFit?
    var failures = 0
    // More components than samples cannot be told apart; a number that was asked for is refused by name.
    for count in counts where counts.count == 1 || count <= samples.rows {
      let fit = try fit(
        samples, FitOptions(componentCount: count, covarianceType: type, seed: seed), path)
      Console.error(
        "fit: \(count) \(name) components, BIC \(NumberText.significant(fit.bic, digits: 6))")
      let isBetter = fit.bic < best?.bic ?? .infinity
      if isBetter { best = fit }
      failures = isBetter ? 0 : failures + 1
      if failures == 2 { break }
    }
    guard let best else { throw CommandError.data("\(path): no mixture could be fitted") }
    Console.error("fit: the grid is for \(best.mixture.componentCount) components")
    return best.mixture
  }

  private func counts() throws -> [Int] {
    guard let components, components != "auto" else { return GridDataOptions.candidates }
    guard let count = Int(components) else {
      throw CommandError.usage("--components is \"\(components)\"; use auto or a whole number")
    }
    try checkPositive(count, option: "--components")
    return [count]
  }

  private func fit(
    _ samples: Matrix<Double>, _ options: FitOptions, _ path: String
  ) throws -> MixtureFit {
    var progress = Progress("fit", total: options.restarts)
    defer { progress.finish() }
    do {
      let fit = try GaussianMixture.fit(samples, options: options) { now in
        progress.show(now.restart, "\(options.componentCount) components")
        return !Interruption.isRequested
      }
      if fit.wasStopped { throw CommandError.interrupted("fit stopped; there is no grid") }
      return fit
    } catch let error as MixtureError {
      throw CommandError.data("\(path): \(error.description)")
    }
  }
}
