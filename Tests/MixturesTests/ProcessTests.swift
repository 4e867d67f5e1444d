import Formats
import Mixtures
import RealModule
import Testing

/// Every catalogued process with its defaults, and the variants that users meet.
private let processes: [any ForwardProcess] = {
  var result: [any ForwardProcess] = []
  for type in ProcessCatalog.all {
    if let process = try? type.init(
      parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon)
    {
      result.append(process)
    }
  }
  if let slow = try? OrnsteinUhlenbeck(beta: 0.7, sigmaInfinity: 2.5, horizon: 3) {
    result.append(slow)
  }
  return result
}()

@Suite struct ProcessTests {
  @Test func allAreThere() { #expect(processes.count == ProcessCatalog.all.count + 1) }

  @Test(arguments: processes.indices) func derivativesAreThose(index: Int) {
    let process = processes[index]
    let h = 1e-4 * process.horizon
    for i in 1..<40 {
      let t = process.horizon * Double(i) / 40
      func slope(_ f: (Double) -> Double) -> Double {
        // Richardson's extrapolation: an error of order h⁴.
        let (wide, narrow) = (f(t + h) - f(t - h), f(t + h / 2) - f(t - h / 2))
        return (8 * narrow - wide) / (6 * h)
      }
      let alpha = slope { process.alpha($0) }
      let sigma = slope { process.sigmaSquared($0) }
      #expect(abs(process.alphaDerivative(t) - alpha) <= 1e-8 * (1 + abs(alpha)), "\(t)")
      #expect(abs(process.sigmaSquaredDerivative(t) - sigma) <= 1e-8 * (1 + abs(sigma)), "\(t)")
    }
  }

  /// Data at t = 0, more noise at every later time.
  @Test(arguments: processes.indices) func noiseGrows(index: Int) {
    let process = processes[index]
    #expect(process.alpha(0) == 1 && process.sigmaSquared(0) == 0 && process.noiseLevel(0) == 0)
    let levels = (0...50).map { process.noiseLevel(process.horizon * Double($0) / 50) }
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 })
    for level in levels.dropFirst() where level.isFinite {
      let t = process.time(atNoiseLevel: level) ?? -1
      #expect(abs(process.noiseLevel(t) / level - 1) < 1e-12)
    }
    #expect(process.time(atNoiseLevel: -1) == nil)
  }

  /// The first digits of σ² near t = 0, where 1 − α² has none left.
  @Test func littleNoiseIsExact() throws {
    let linear = try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1)
    let scaled = try ScaledLinearVariancePreserving(parameters: [0.85, 12], horizon: 1)
    let cosine = try CosineVariancePreserving(parameters: [0.008], horizon: 1)
    let t = 1e-13
    #expect(abs(linear.sigmaSquared(t) / (0.1 * t) - 1) < 1e-10)
    #expect(abs(scaled.sigmaSquared(t) / (0.85 * t) - 1) < 1e-10)
    let u = 0.5 * Double.pi * 0.008 / 1.008
    #expect(abs(cosine.sigmaSquared(t) / (t * Double.pi / 1.008 * .tan(u)) - 1) < 1e-9)
  }

  /// α² + σ² = 1 for what preserves variance, and exactly no signal where the others end.
  @Test func conventions() throws {
    for process in processes where process.name.hasPrefix("vp-") {
      for i in 0...20 {
        let (alpha, sigma) = (process.alpha(Double(i) / 20), process.sigmaSquared(Double(i) / 20))
        #expect(abs(alpha * alpha + sigma - 1) < 1e-15)
      }
    }
    #expect(try CosineVariancePreserving(parameters: [0.008], horizon: 1).alpha(1) == 0)
    #expect(try RectifiedFlow().alpha(1) == 0 && RectifiedFlow().noiseLevel(1) == .infinity)
    #expect(try VarianceExploding(horizon: 80).noiseLevel(3) == 3)
    // The paper's β is half of the variance-preserving one's.
    let (ou, vp) = (
      try OrnsteinUhlenbeck(beta: 5),
      try LinearVariancePreserving(parameters: [10, 10], horizon: 1)
    )
    #expect(abs(ou.alpha(0.3) - vp.alpha(0.3)) < 1e-16)
  }

  /// The products ᾱ_i of the discrete schedules of DDPM and Stable Diffusion, to the error of
  /// replacing log(1 − β) by −β and a sum by an integral.
  @Test func discreteSchedules() throws {
    func check(_ alpha: (Int) -> Double, _ betas: [Double]) {
      var log = 0.0
      var squares = 0.0
      for (i, beta) in betas.enumerated() {
        log += .log(onePlus: -beta)
        squares += beta * beta
        #expect(abs(2 * .log(alpha(i)) - log) < 0.7 * squares + 2 * beta, "step \(i)")
      }
    }
    let linear = try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1)
    check(
      { linear.alpha(linear.time(ofStep: $0)) }, (0..<1000).map { 1e-4 + 0.0199 * Double($0) / 999 }
    )
    let scaled = try ScaledLinearVariancePreserving(parameters: [0.85, 12], horizon: 1)
    let (low, high) = (Double(0.00085).squareRoot(), Double(0.012).squareRoot())
    check(
      { scaled.alpha(scaled.time(ofStep: $0)) },
      (0..<1000).map {
        let root = low + (high - low) * Double($0) / 999
        return root * root
      })
  }

  @Test(arguments: processes.indices) func filesComeBack(index: Int) throws {
    let process = processes[index]
    let read = try ForwardProcessFile.read(try JSONReader(process.json, path: "p"))
    #expect(read.json == process.json)
    guard case .object(var object) = process.json else { return }
    object["speed"] = .number(1)
    #expect(throws: FormatError.self) {
      try ForwardProcessFile.read(try JSONReader(.object(object), path: "p"))
    }
  }

  @Test func impossibleOnesAreRefused() throws {
    #expect(throws: FormatError.self) {
      try ForwardProcessFile.read(
        try JSONReader(["type": "brownian", "horizon": 1], path: "p"))
    }
    for (type, parameters, horizon) in [
      (LinearVariancePreserving.self as any CatalogedProcess.Type, [20, 0.1], 1.0),
      (LinearVariancePreserving.self, [0, 1], 1), (CosineVariancePreserving.self, [-1], 1),
      (CosineVariancePreserving.self, [0.008], 1.5), (RectifiedFlow.self, [], 2),
      (VarianceExploding.self, [], .infinity), (OrnsteinUhlenbeck.self, [5, 1], 0),
    ] {
      #expect(throws: MixtureError.self) {
        _ = try type.init(parameters: parameters, horizon: horizon)
      }
    }
    #expect(ProcessCatalog.named("edm") == VarianceExploding.self)
    #expect(ProcessCatalog.named("vp") == nil)
  }
}
