import ArgumentParser
import FlowDistill

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a Gaussian mixture to data.",
    discussion: """
      Expectation-maximisation from several k-means++ starts; the log-likelihood never decreases. \
      With --noise-variance the data are taken to carry Gaussian noise of that variance, and the \
      mixture of the data without it comes out.

      Example:
        flowdistill fit digits.csv.gz --columns 1:64 --rescale 0:16 --components 10 \
      --covariance tied --covariance-floor 1e-3 -o mixture.json
      """)

  @Argument(help: "Samples, one a row (.npy, .csv, .csv.gz).", completion: .file()) var data: String
  @OptionGroup(title: "Data") var selection: DataOptions
  @Option(help: "The number of components K.") var components: Int
  @Option(help: "The covariances: spherical, diag, tied or full.") var covariance: String
  @Option(help: "The variance of Gaussian noise that the data are known to carry.")
  var noiseVariance = 0.0
  @Option(help: "The smallest variance allowed, in squared units of the (rescaled) data.")
  var covarianceFloor = 1e-6
  @Option(help: "Starts; the best end is kept.") var restarts = 10
  @Option(help: "The largest number of iterations of a start.") var maxIterations = 100
  @Option(help: "The change of the mean log-likelihood that ends a start, in nats.")
  var tolerance = 1e-3
  @OptionGroup var output: OutputOptions
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let options = try fitOptions()
    let selection = try selection.selection()
    let samples = try selection.read(data)
    try AtomicFile.checkWritable(output.output)
    Interruption.watch()
    var progress = Progress("fit", total: restarts)
    let fit: MixtureFit
    let seconds: Double
    do {
      defer { progress.finish() }
      (fit, seconds) = try timed {
        try GaussianMixture.fit(samples, options: options) { now in
          progress.show(
            now.restart,
            "iteration \(now.iteration), log-likelihood "
              + NumberText.significant(now.meanLogLikelihood, digits: 6))
          return !Interruption.isRequested
        }
      }
    } catch let error as MixtureError {
      throw CommandError.data("\(data): \(error.description)")
    }
    // Half a fit is not a result: what the best start would have been is not known.
    if fit.wasStopped { throw CommandError.interrupted("fit stopped; nothing was written") }
    try fit.mixture.json.write(to: output.output)
    Console.result(json(fit, seconds), asJSON: common.json) { lines(fit, seconds) }
  }

  private func fitOptions() throws -> FitOptions {
    guard let type = CovarianceType(rawValue: covariance) else {
      let names = CovarianceType.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage("--covariance is \"\(covariance)\"; use one of \(names)")
    }
    let options = FitOptions(
      componentCount: components, covarianceType: type, noiseVariance: noiseVariance,
      covarianceFloor: covarianceFloor, restarts: restarts, maximumIterations: maxIterations,
      tolerance: tolerance, seed: seeding.seed)
    do {
      try options.validate()
    } catch {
      throw CommandError.usage("--\(error.description)")
    }
    return options
  }

  private func json(_ fit: MixtureFit, _ seconds: Double) -> JSON {
    [
      "output": .string(output.output), "count": .integer(fit.sampleCount),
      "dimension": .integer(fit.mixture.dimension),
      "components": .integer(fit.mixture.componentCount), "covariance": .string(covariance),
      "noise_variance": .number(noiseVariance), "covariance_floor": .number(fit.covarianceFloor),
      "mean_log_likelihood": .number(fit.meanLogLikelihood), "bic": .number(fit.bic),
      "aic": .number(fit.aic), "parameters": .integer(fit.parameterCount),
      "iterations": .integer(fit.iterations), "converged": .bool(fit.isConverged),
      "best_restart": .integer(fit.bestRestart),
      "restart_log_likelihoods": .numbers(fit.restartLogLikelihoods),
      "trace": .numbers(fit.trace), "seconds": .number(seconds),
    ]
  }

  private func lines(_ fit: MixtureFit, _ seconds: Double) -> [String] {
    let mixture = fit.mixture
    var lines = [
      "\(output.output): \(mixture.componentCount) \(covariance) components in dimension "
        + "\(mixture.dimension) from \(fit.sampleCount) samples, \(durationText(seconds))",
      "mean log-likelihood   \(NumberText.significant(fit.meanLogLikelihood, digits: 6)) nats a "
        + "sample, on these samples themselves",
      "BIC                   \(NumberText.significant(fit.bic, digits: 6)) with "
        + "\(fit.parameterCount) parameters",
      "best of \(fit.restartLogLikelihoods.count) starts, \(fit.iterations) iterations, "
        + (fit.isConverged
          ? "converged" : "not converged: the likelihood still rose; raise --max-iterations"),
      "smallest variance     \(NumberText.significant(mixture.smallestVariance)) "
        + "(floor \(NumberText.significant(fit.covarianceFloor)))",
    ]
    if fit.covarianceFloor > covarianceFloor {
      lines.append("note: the floor was raised to what rounding of data of this size allows")
    }
    return lines
  }
}
