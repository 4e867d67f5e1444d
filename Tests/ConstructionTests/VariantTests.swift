import Arrays
import Construction
import Mixtures
import Networks
import Testing

@Suite struct VariantTests {
  /// Measured ≤ certified ≤ asked for every layout, and the layouts are what they claim.
  @Test(arguments: 0..<9) func theCertificateHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(100 + seed), type: seed % 3)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: [0.0, 0.05, 0.4][seed / 3])
    for tolerance in [1e-2, 1e-6] {
      let mixed = try ConstructedScore(marginal, tolerance: tolerance)
      for variant in [NetworkVariant.pure, .logLog] {
        let score = try ConstructedScore(marginal, tolerance: tolerance, variant: variant)
        let measured = MeasuredError(
          score.network, marginal, samples: 300, random: RandomStream(seed: UInt64(seed)))
        #expect(score.certificate.relativeErrorBound <= tolerance)
        #expect(measured.largest <= score.certificate.errorBound)
        #expect(score.network.neuronCount(.identity) == 0)
        #expect(score.stages.last?.layers.upperBound == score.network.hiddenLayers + 1)
        if variant == .pure {
          #expect(score.certificate == mixed.certificate)
          #expect(score.network.hiddenLayers <= 2 * mixed.network.hiddenLayers)
          for layer in score.network.layers { #expect(Set(layer.activations).count == 1) }
        } else {
          #expect(score.network.hiddenLayers <= mixed.network.hiddenLayers)
        }
      }
    }
  }

  /// Clipped responsibilities: measured ≤ certified ≤ asked at samples, far out and where two or
  /// three responsibilities are nearly equal, in float64; Lᵖ over samples where that is claimed.
  @Test(arguments: 0..<9) func theCertificateOfSingleHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(200 + seed), type: seed % 3)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: [0.0, 0.05, 0.4][seed / 3])
    let random = RandomStream(seed: UInt64(seed))
    let boundaries = try BoundaryPoints(marginal).points(300, random)
    for (norm, tolerance) in [
      (ErrorNorm.uniform, 1e-1), (.uniform, 1e-3), (.l2, 1e-2), (.l1, 1e-3),
    ] {
      let score = try ConstructedScore(
        marginal, tolerance: tolerance, norm: norm, variant: .single)
      let bound = score.certificate.errorBound
      #expect(score.certificate.relativeErrorBound <= tolerance)
      let measured = MeasuredError(score.network, marginal, samples: 1000, random: random)
      #expect(measured.error(norm) <= bound)
      #expect(score.stages.last?.layers.upperBound == score.network.hiddenLayers + 1)
      guard norm == .uniform else { continue }
      let (found, exact) = (score.network(boundaries), marginal.score(boundaries))
      for n in 0..<found.rows {
        let square = zip(found[row: n], exact[row: n]).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        #expect(square.squareRoot() <= bound)
      }
    }
  }

  /// Below what the clipping of the margin 2⁻²¹ costs nothing is certified.
  @Test func singleRefusesWhatItCannot() throws {
    let marginal = Marginal(try .paper(seed: 0), try OrnsteinUhlenbeck(), at: 0)
    #expect(throws: ConstructionError.tooFine(tolerance: 1e-8)) {
      try ConstructedScore(marginal, tolerance: 1e-8, variant: .single)
    }
  }

  /// One Gaussian, and components that are equal: m − x before the division.
  @Test(arguments: [1, 3]) func singleOfEqualComponents(count: Int) throws {
    let mean = [3.5, -2.25]
    let mixture = try GaussianMixture(
      weights: [Double](repeating: 1 / Double(count), count: count),
      means: Matrix((0..<count).map { _ in mean }),
      covariances: .spherical([Double](repeating: 1e-4, count: count)))
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0.2)
    let score = try ConstructedScore(marginal, tolerance: 1e-9, variant: .single)
    let x = marginal.sample(50, from: RandomStream(seed: 2))
    let (found, exact) = (score.network(x), marginal.score(x))
    #expect(score.network.hiddenLayers == 1)
    for (a, b) in zip(found.elements, exact.elements) {
      #expect(abs(a - b) <= score.certificate.errorBound + 1e-12)
    }
  }

  /// The pure network is the mixed one in exact arithmetic: with values that need few digits they
  /// agree to the last bits.
  @Test func pureNetworksComputeTheSame() throws {
    let mixture = try GaussianMixture.paper(seed: 0)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0)
    let mixed = try ConstructedScore(marginal, tolerance: 1e-10)
    let pure = try ConstructedScore(marginal, tolerance: 1e-10, variant: .pure)
    let x = marginal.sample(200, from: RandomStream(seed: 3))
    let (a, b) = (mixed.network(x), pure.network(x))
    let largest = zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    // Relays lose about x²/c units in the last place, each of ten layers; the slopes are 1.
    #expect(largest <= 1e-12)
    #expect(pure.network.largestMagnitude <= 1000)
  }

  /// Polynomials of growing degree: shallower than squarings alone somewhere, never deeper.
  @Test func depthOfTheVariants() throws {
    let marginal = Marginal(try .paper(seed: 0), try OrnsteinUhlenbeck(), at: 0)
    var (mixed, logLog): ([Int], [Int]) = ([], [])
    for tolerance in [1e-2, 1e-4, 1e-6, 1e-8, 1e-9, 1e-10] {
      mixed.append(try ConstructedScore(marginal, tolerance: tolerance).network.hiddenLayers)
      logLog.append(
        try ConstructedScore(marginal, tolerance: tolerance, variant: .logLog).network.hiddenLayers)
    }
    #expect(zip(mixed, logLog).allSatisfy { $0 >= $1 })
    #expect(logLog.reduce(0, +) < mixed.reduce(0, +))
    // At most a quarter of a layer for each halving, from 1e-2 to 1e-10: log₂ 1e8 = 26.6 halvings.
    #expect(Double(mixed[5] - mixed[0]) <= 0.25 * 26.6)
  }

  /// The bar of the paper's mixture: every σ_0, six times, all accuracies that rounding allows.
  @Test(arguments: [1, 0.1, 0.01]) func sizesOfThePaperMixture(sigma0: Double) throws {
    let process = try OrnsteinUhlenbeck()
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: sigma0)
    for time in [0, 0.1, 0.3, 0.5, 0.7, 0.9] {
      let marginal = Marginal(mixture, process, at: time)
      for tolerance in [1e-2, 1e-6, 1e-10] {
        do {
          let score = try ConstructedScore(marginal, tolerance: tolerance)
          #expect(score.network.hiddenLayers <= 18)
          #expect(score.network.weightCount <= 8000)
          #expect(score.network.width <= 210)
        } catch ConstructionError.unreachable {
          // Rounding of stored coefficients alone: only without noise and at 1e-10.
          #expect(sigma0 == 0.01 && time == 0 && tolerance < 1e-7)
        }
      }
    }
  }
}
