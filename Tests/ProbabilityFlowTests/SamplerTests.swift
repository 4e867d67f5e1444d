import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

@Suite struct SamplerTests {
  /// Every sampler under every process against formulas of the publications in EDM's variables.
  @Test func agreesWithThePublications() throws {
    let vectors = try SamplerVectors.load()
    let mixture = try vectors.mixture()
    var seen: Set<String> = []
    for type in ProcessCatalog.all {
      let process = try type.init(
        parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon)
      let flow = ProbabilityFlow(mixture, process)
      for vector in vectors.cases {
        let sampler = try #require(FewStepSamplers.named(vector.sampler))
        let times = vector.levels.compactMap { process.time(atNoiseLevel: $0) }
        // Some processes do not reach the largest levels.
        guard times.count == vector.levels.count else { continue }
        let (first, last) = (process.alpha(times[0]), process.alpha(times[times.count - 1]))
        let x = Matrix(rows: 1, columns: 2, elements: vector.start.map { first * $0 })
        let end = sampler.run(flow, x, along: times).elements.map { $0 / last }
        #expect(
          distance(end, vector.end) <= 1e-11 * (1 + norm(vector.end)),
          "\(process.name) \(vector.sampler) \(vector.levels)")
        seen.insert(process.name + vector.sampler)
      }
    }
    #expect(seen.count == ProcessCatalog.all.count * FewStepSamplers.all.count)
  }

  /// On one Gaussian Euler multiplies each direction by Π cos Δθ of the exact factor, θ = atan(σ̂/c).
  @Test func contractionOfOneGaussian() throws {
    let c = 0.5
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: 3), covariances: .spherical([c * c]))
    let flow = ProbabilityFlow(mixture, try VarianceExploding(horizon: 80))
    let x = flow.marginal(at: 80).sample(20, from: RandomStream(seed: 1))
    for (n, published) in [(4, 0.0720), (8, 0.0202)] {
      let (first, last) = (Double.atan(80 / c), Double.atan(0.002 / c))
      var times = (0...n).map { k in
        c * .tan(first + (last - first) * Double(k) / Double(n))
      }
      (times[0], times[n]) = (80, 0.002)
      let y = Teacher(flow, tolerance: 1e-12).transport(x, from: 80, to: 0.002).states
      let error = EndPointError(flow, EulerSampler.self, from: x, at: 80, to: y, at: 0.002)
      let product = Double.pow(.cos((first - last) / Double(n)), n)
      #expect(abs(error.value(along: times) - (1 - product) * (1 - product)) < 1e-10)
      #expect(abs((1 - product) * (1 - product) - published) < 5e-5)
    }
  }

  /// Where the denoised state is constant every sampler is exact on every grid.
  @Test func exactForOnePoint() throws {
    let mean = [0.7, -2, 0.1]
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix([mean]), covariances: .spherical([1e-16]))
    let flow = ProbabilityFlow(mixture, try RectifiedFlow())
    let x = RandomStream(seed: 2).normals(rows: 5, columns: 3)
    for sampler in FewStepSamplers.all {
      for times in [[1, 0.8, 0.5, 0.45, 0.2, 0.1], [0.9, 0.3, 0.25, 0.05]] {
        let (t, s) = (times[0], times[times.count - 1])
        let y = sampler.run(flow, x, along: times)
        for i in 0..<5 {
          for a in 0..<3 {
            let exact = s / t * x[i, a] + ((1 - s) - (1 - t) * s / t) * mean[a]
            #expect(abs(y[i, a] - exact) < 1e-12, "\(sampler.name)")
          }
        }
      }
    }
  }

  /// From α = 0 the samplers start, and approach the truth.
  @Test func fromPureNoise() throws {
    let mixture = try twoModes(at: 1, variance: 0.1, dimension: 2)
    for process in [try RectifiedFlow() as any ForwardProcess, try cosine()] {
      let flow = ProbabilityFlow(mixture, process)
      #expect(process.alpha(1) == 0)
      let x = flow.marginal(at: 1).sample(100, from: RandomStream(seed: 3))
      let y = try Teacher(flow, tolerance: 1e-10).transport(x, from: 1, to: 0).orThrow().states
      for sampler in FewStepSamplers.all {
        let error = EndPointError(flow, sampler, from: x, at: 1, to: y, at: 0)
        let values = [8, 16, 64].map { n in
          error.value(along: (0...n).map { Double(n - $0) / Double(n) })
        }
        #expect(values[1] < 0.7 * values[0] && values[2] < 0.4 * values[1], "\(sampler.name)")
        #expect(values[2] < 2e-3, "\(sampler.name): \(values)")
      }
    }
  }

  private func cosine() throws -> CosineVariancePreserving {
    try CosineVariancePreserving(parameters: [0.008], horizon: 1)
  }

  /// A row's result is the same bits whatever the other rows are.
  @Test func rowsAreOnTheirOwn() throws {
    for type in CovarianceType.allCases {
      let test = try RandomCase(5, type)
      let flow = ProbabilityFlow(test.mixture, test.process)
      let x = test.sample(150, at: test.process.horizon)
      let times = [1, 0.7, 0.4, 0.3, 0.1, 0].map { $0 * test.process.horizon }
      for sampler in FewStepSamplers.all {
        let all = sampler.run(flow, x, along: times)
        let some = sampler.run(flow, x.rowBlock(61..<99), along: times)
        #expect(some.elements == all.rowBlock(61..<99).elements, "\(sampler.name) \(type)")
      }
    }
  }

  /// Evaluations of the denoiser on 6 segments, to level 0 and above it.
  @Test(arguments: [
    ("euler", 6, 6), ("heun", 11, 12), ("rk4", 21, 24), ("dpmpp-2m", 6, 6), ("dpmpp-3m", 6, 6),
    ("unipc", 6, 6), ("ipndm", 6, 6),
  ])
  func evaluations(name: String, toZero: Int, above: Int) throws {
    let sampler = try #require(FewStepSamplers.named(name))
    #expect(sampler.evaluations(segments: 6, endsAtZero: true) == toZero)
    #expect(sampler.evaluations(segments: 6, endsAtZero: false) == above)
    let flow = ProbabilityFlow(
      try twoModes(at: 1, variance: 0.1), try VarianceExploding(horizon: 80))
    #expect(sampler.evaluations(flow, along: [80, 20, 5, 2, 1, 0.5, 0]) == toZero)
  }
}
