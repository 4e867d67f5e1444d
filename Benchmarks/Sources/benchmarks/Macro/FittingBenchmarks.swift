import FlowDistill
import Foundation

extension Benchmark {
  /// Expectation–maximisation, and the demo as a user runs it.
  static let fitting: [Benchmark] = [
    Benchmark(
      name: "em", group: .macro,
      summary: "digits, 20 full covariances, \(emIterations) iterations", unit: .time, work: 1
    ) {
      let (data, start) = try emStart()
      return {
        try seconds { _ = try GaussianMixture.fit(data, options: emOptions, startingFrom: start) }
      }
    },
    Benchmark(
      name: "demo", group: .macro, summary: "Examples/digits/run.sh: fit to report", unit: .time,
      work: 1, samples: 1
    ) {
      let root = try Subjects.repository()
      // The sampler calls twice if a run is short; this one never is.
      return {
        try Subjects.withScratch { path in
          let process = Process()
          process.executableURL = URL(fileURLWithPath: "/bin/sh")
          process.arguments = [
            root + "/Examples/digits/run.sh", root + "/.build/release/flowdistill", path,
          ]
          process.standardOutput = FileHandle.nullDevice
          process.standardError = FileHandle.nullDevice
          let time = try seconds {
            try process.run()
            process.waitUntilExit()
          }
          guard process.terminationStatus == 0 else {
            throw UsageError("the demo failed; is .build/release/flowdistill built?")
          }
          return time
        }
      }
    },
  ]

  static let emIterations = 10
  static let emFloor = 1e-3

  /// Never converged, so that all iterations are done.
  static let emOptions = FitOptions(
    componentCount: 20, covarianceType: .full, covarianceFloor: emFloor, restarts: 1,
    maximumIterations: emIterations, tolerance: 0, seed: 0)

  /// The digits and a start from k-means.
  static func emStart() throws -> (data: Matrix<Double>, start: GaussianMixture) {
    let data = try Subjects.digits()
    var options = emOptions
    options.maximumIterations = 0
    return (data, try GaussianMixture.fit(data, options: options).mixture)
  }
}
