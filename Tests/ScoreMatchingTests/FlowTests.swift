import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import ScoreMatching
import Stability
import Testing

extension ScoreMatchingTests {
  @Suite struct FlowTests {
    /// Without a network the flow is that of one Gaussian, which is known.
    @Test func theGaussianIsExact() throws {
      let score = try randomScore(4, seed: 5, lastLayer: 0)
      for process in try processes() {
        let flow = LearnedFlow(score, process)
        let known = ProbabilityFlow(score.moments.gaussian, process)
        let x = known.marginal(at: process.horizon).sample(20, from: RandomStream(seed: 3))
        let carried = flow.transport(x, from: process.horizon, to: 0, tolerance: 1e-8)
        let exact = try Teacher(known, tolerance: 1e-12)
          .transport(x, from: process.horizon, to: 0).orThrow()
        #expect(carried.outcome == .reached)
        #expect(distance(carried.states, exact.states) < 1e-8, "\(process.name)")
        let t = 0.3 * process.horizon
        #expect(
          distance(flow.score(x, at: t), known.marginal(at: t).score(x)) < 1e-9, "\(process.name)")
      }
    }

    /// dx/dt = f x − ½ g² score, against fine Runge–Kutta steps in t.
    @Test func theFlowFollowsItsScore() throws {
      let score = try randomScore(3, seed: 8)
      for process in try processes() {
        let flow = LearnedFlow(score, process)
        let (from, to) = (0.5 * process.horizon, 0.2 * process.horizon)
        let x = try flow.sample(
          10, at: from, tolerance: 1e-10, from: RandomStream(seed: 1))
        func velocity(_ x: Matrix<Double>, _ t: Double) -> Matrix<Double> {
          var v = flow.score(x, at: t)
          for i in v.elements.indices {
            v.elements[i] =
              process.drift(t) * x.elements[i] - 0.5 * process.diffusionSquared(t) * v.elements[i]
          }
          return v
        }
        func moved(_ x: Matrix<Double>, _ h: Double, _ v: Matrix<Double>) -> Matrix<Double> {
          Matrix(
            rows: x.rows, columns: x.columns,
            elements: zip(x.elements, v.elements).map { $0 + h * $1 })
        }
        var y = x
        let (steps, h) = (400, (to - from) / 400)
        for k in 0..<steps {
          let t = from + h * Double(k)
          let k1 = velocity(y, t)
          let k2 = velocity(moved(y, h / 2, k1), t + h / 2)
          let k3 = velocity(moved(y, h / 2, k2), t + h / 2)
          let k4 = velocity(moved(y, h, k3), t + h)
          for i in y.elements.indices {
            y.elements[i] +=
              h / 6
              * (k1.elements[i] + 2 * k2.elements[i] + 2 * k3.elements[i] + k4.elements[i])
          }
        }
        let carried = flow.transport(x, from: from, to: to, tolerance: 1e-11)
        #expect(distance(carried.states, y) < 1e-6, "\(process.name)")
        // Estimates are above the errors, and a round trip comes home.
        let coarse = flow.transport(x, from: from, to: to, tolerance: 1e-6)
        for i in 0..<10 {
          let error = zip(coarse.states[row: i], carried.states[row: i]).reduce(0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
          }.squareRoot()
          #expect(error < coarse.errorEstimates[i] + 1e-9)
        }
        #expect(coarse.largestErrorEstimate < 1e-2)
        let back = flow.transport(carried.states, from: to, to: from, tolerance: 1e-11)
        #expect(distance(back.states, x) < 1e-8)
      }
    }

    /// DΦ v against central differences of the flow map.
    @Test func tangentsAreDerivatives() throws {
      let score = try randomScore(3, seed: 11)
      for process in try processes() {
        let flow = LearnedFlow(score, process)
        let (from, to) = (process.horizon, 0.0)
        let x = try flow.sample(6, at: from, tolerance: 1e-11, from: RandomStream(seed: 2))
        let v = RandomStream(seed: 4).normals(rows: 6, columns: 6)
        let pushed = try flow.push(v, at: x, from: from, to: to, tolerance: 1e-11)
        let straight = flow.transport(x, from: from, to: to, tolerance: 1e-11)
        #expect(distance(pushed.states, straight.states) < 1e-8)
        let width = 1e-4
        for m in 0..<2 {
          var (above, below) = (x, x)
          for i in 0..<6 {
            for j in 0..<3 {
              above[i, j] += width * v[i, 3 * m + j]
              below[i, j] -= width * v[i, 3 * m + j]
            }
          }
          let high = flow.transport(above, from: from, to: to, tolerance: 1e-12).states
          let low = flow.transport(below, from: from, to: to, tolerance: 1e-12).states
          for i in 0..<6 {
            for j in 0..<3 {
              let slope = (high[i, j] - low[i, j]) / (2 * width)
              #expect(abs(slope - pushed.vectors[i, 3 * m + j]) < 1e-5 * (1 + abs(slope)))
            }
          }
        }
      }
    }

    @Test func draws() throws {
      let flow = LearnedFlow(try randomScore(3, seed: 2), try OrnsteinUhlenbeck())
      let stream = RandomStream(seed: 9)
      let some = try flow.sample(5, at: 0.2, tolerance: 1e-6, from: stream)
      #expect(some == (try flow.sample(5, at: 0.2, tolerance: 1e-6, from: stream)))
      let noise = try flow.sample(4000, at: 1, tolerance: 1e-6, from: stream)
      let known = flow.score.moments.gaussian
      let mean = (0..<4000).reduce(0) { $0 + noise[$1, 2] } / 4000
      #expect(abs(mean - known.mean[2] * Double.exp(-5)) < 0.08)
    }
  }

  @Suite struct PrecisionTests {
    /// In single precision the integrator takes the rounding of the network for errors of its own.
    @Test func singlePrecisionCostsSteps() {
      let network = Network.mlp(
        dimensions: [4, 40, 40, 4], activations: [.squareplus], random: RandomStream(seed: 3))
      let precise = NetworkDerivative(network)
      let x = RandomStream(seed: 1).normals(rows: 16, columns: 4)
      func evaluations(_ tolerance: Double, single: Bool) -> Double {
        let found = FieldTransport(tolerance: tolerance) { _, rows in
          single ? network(rows.inSinglePrecision).inDoublePrecision : precise(rows)
        }.carry(x, from: 0, to: 1)
        return found.outcome == .reached ? found.evaluationsPerSample : .infinity
      }
      let (coarse, fine) = (
        evaluations(1e-4, single: true) / evaluations(1e-4, single: false),
        evaluations(1e-9, single: true) / evaluations(1e-9, single: false)
      )
      // Measured: half as many again where the tolerance is coarse.
      #expect(coarse > 1 && coarse < fine, "\(coarse) and \(fine) times")
      #expect(fine > 2, "\(fine) times")
    }
  }

  @Suite struct StabilityTests {
    /// One Gaussian: DΦ has the singular values s_i(0)/s_i(T), ∇v the eigenvalues s_i'/s_i.
    @Test func aGaussianIsKnown() throws {
      let score = try randomScore(4, seed: 5, lastLayer: 0)
      let process = try OrnsteinUhlenbeck()
      let measured = try LearnedStability(
        LearnedFlow(score, process), times: [0, 0.1, 1], samples: 400, directions: 8, seed: 1)
      let variances = score.moments.variances
      func length(_ v: Double, _ t: Double) -> Double {
        (process.alpha(t) * process.alpha(t) * v + process.sigmaSquared(t)).squareRoot()
      }
      #expect(measured.rates[0] == nil)
      #expect(measured.amplifications[0].value == 1)
      for (k, t) in [(1, 0.1), (2, 1.0)] {
        let stretches = variances.map { length($0, 0) / length($0, t) }
        let rms = (stretches.reduce(0) { $0 + $1 * $1 } / 4).squareRoot()
        let found = measured.amplifications[k]
        #expect(abs(found.value - rms) < 5 * found.standardError)
        #expect(found.standardError < 0.05 * rms)
        let rates = variances.map { v in
          5 * (1 - v) * process.alpha(t) * process.alpha(t) / (length(v, t) * length(v, t))
        }
        let rate = (rates.reduce(0) { $0 + $1 * $1 } / 4).squareRoot()
        let seen = try #require(measured.rates[k])
        #expect(abs(seen.value - rate) < 5 * seen.standardError)
      }
      let largest = variances.map { length($0, 0) / length($0, 1) }.reduce(0, max)
      #expect(abs(try #require(measured.logNorm).value - .log(largest)) < 1e-6)
    }

    /// The rate against differences of the velocity f x − ½ g² score.
    @Test func ratesAreDerivatives() throws {
      let flow = LearnedFlow(try randomScore(2, seed: 3), try OrnsteinUhlenbeck())
      let (t, process) = (0.2, flow.process)
      let measured = try LearnedStability(
        flow, times: [t], samples: 300, directions: 8, seed: 1, ratesOnly: true)
      let x = try flow.sample(2000, at: t, tolerance: 1e-6, from: RandomStream(seed: 77))
      func velocity(_ x: Matrix<Double>) -> Matrix<Double> {
        var v = flow.score(x, at: t)
        for i in v.elements.indices {
          v.elements[i] =
            process.drift(t) * x.elements[i] - 0.5 * process.diffusionSquared(t) * v.elements[i]
        }
        return v
      }
      var sum = 0.0
      for j in 0..<2 {
        var (above, below) = (x, x)
        for i in 0..<x.rows {
          above[i, j] += 1e-5
          below[i, j] -= 1e-5
        }
        let (high, low) = (velocity(above), velocity(below))
        for i in high.elements.indices {
          let slope = (high.elements[i] - low.elements[i]) / 2e-5
          sum += slope * slope
        }
      }
      let rms = (sum / (2 * 2000)).squareRoot()
      let found = try #require(measured.rates[0])
      #expect(measured.amplifications.isEmpty && measured.logNorm == nil)
      #expect(abs(found.value - rms) < 5 * (found.standardError + 0.02 * rms))
    }

    @Test func theProfileMakesAGrid() throws {
      let flow = LearnedFlow(try randomScore(2, seed: 3), try VarianceExploding(horizon: 30))
      let (times, rates) = try flow.stabilityProfile(points: 16, samples: 20, seed: 2)
      #expect(times.first == 0 && times.last == 30 && times.count == rates.count)
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
      #expect(rates.allSatisfy { $0.value > 0 && $0.value.isFinite })
    }
  }
}
