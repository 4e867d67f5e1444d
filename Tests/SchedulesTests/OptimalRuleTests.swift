import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import Synchronization
import TestSupport
import Testing

@Suite struct OptimalRuleTests {
  /// One Gaussian, c = .5, σ̂ from 80 to .002, Euler: equal angles atan(σ̂/c) are optimal (Sabour et al.,
  /// 2024, theorem 3.1), with relative error (1 − Π cos Δθ)².
  @Test(arguments: [(4, 0.0720), (8, 0.0202)])
  func findsTheArctanGrid(n: Int, published: Double) throws {
    let c = 0.5
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: 2), covariances: .spherical([c * c]))
    var request = GridRequest(
      ProbabilityFlow(mixture, try VarianceExploding(horizon: 80)), segments: n)
    request.end = 0.002
    request.samples = 200
    let grid = try OptimalRule.grid(request)
    let (first, last) = (Double.atan(80 / c), Double.atan(0.002 / c))
    let loss = 1 - Double.pow(.cos((first - last) / Double(n)), n)
    let objective = try #require(grid.objective)
    #expect(abs(objective - loss * loss) <= 1e-3 * loss * loss)
    #expect(abs(objective - published) < 5e-5)
    for k in 0...n {
      let angle = first + (last - first) * Double(k) / Double(n)
      #expect(abs(.atan(grid.times[k] / c) - angle) < 1e-3)
    }
    #expect(grid.kind == .estimate && grid.sampler == "euler" && grid.evaluations > 0)
    #expect(grid.note?.hasPrefix("optimised on 3200 samples; on as many fresh ones") == true)
  }

  /// On fresh samples the grid is nearly as good as the one optimised on them, so that little is overfitted,
  /// and better than other rules.
  @Test(arguments: ["euler", "dpmpp-2m", "heun", "unipc"])
  func holdsOnFreshSamples(name: String) throws {
    let mixture = try RandomCase(3, .full).mixture
    let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck(beta: 2))
    var request = GridRequest(flow, segments: 5)
    request.sampler = try #require(FewStepSamplers.named(name))
    request.samples = 2048
    let grid = try OptimalRule.grid(request)
    request.seed = 99
    let fresh = try OptimalRule.objective(request).error
    let held = fresh.value(along: grid.times)
    let best = try #require(try OptimalRule.grid(request).objective)
    #expect(held < 1.15 * best, "\(held), \(best)")
    for rule in [UniformRule.self, InformationRule.self] as [any GridRule.Type] {
      let other = fresh.value(along: try rule.grid(request).times)
      #expect(held < other, "\(rule.name): \(held), \(other)")
    }
    let estimate = fresh.estimate(along: grid.times)
    #expect(agrees(estimate.value, held, relative: 1e-12) && estimate.standardError < 0.3 * held)
  }

  /// The grid is a pure function of the seed, whatever the number of threads.
  @Test func isReproducible() throws {
    let flow = try SharedCase(4, isotropic: true).flow
    var request = GridRequest(flow, segments: 4)
    request.samples = 150
    let grid = try OptimalRule.grid(request)
    #expect(try OptimalRule.grid(request).times == grid.times)
    request.seed = 1
    #expect(try OptimalRule.grid(request).times != grid.times)
  }

  @Test func theTimeBudgetEndsIt() throws {
    let flow = try SharedCase(4, isotropic: true).flow
    var request = GridRequest(flow, segments: 12)
    request.samples = 300
    request.timeBudget = 0
    let grid = try OptimalRule.grid(request)
    #expect(grid.segmentCount == 12)
    #expect(grid.note?.contains("time budget") == true)
  }

  /// Progress rises to 1 and the best objective never rises.
  @Test func reportsProgress() throws {
    let flow = try SharedCase(4, isotropic: true).flow
    let heard = Mutex<[(Double, Double)]>([])
    var request = GridRequest(flow, segments: 3)
    request.samples = 100
    request.progress = { fraction, objective in heard.withLock { $0.append((fraction, objective)) }
    }
    let grid = try OptimalRule.grid(request)
    let all = heard.withLock { $0 }
    #expect(all.count > 3 && all.last?.0 == 1 && all.last?.1 == grid.objective)
    for (a, b) in zip(all, all.dropFirst()) { #expect(a.0 <= b.0) }
  }

  @Test func smallAndLargeRequests() throws {
    let flow = try SharedCase(4, isotropic: true).flow
    #expect(try OptimalRule.grid(for: flow, segments: 1).times == [flow.process.horizon, 0])
    #expect(throws: ScheduleError.self) { try OptimalRule.grid(for: flow, segments: 65) }
    var request = GridRequest(flow, segments: 2)
    request.samples = 0
    #expect(throws: ScheduleError.self) { try OptimalRule.grid(request) }
  }
}
