/// An embedded explicit Runge–Kutta pair: how a step is made, and estimates of its error.
struct EmbeddedPair: Sendable {
  /// The power of the step by which the estimate of its error falls.
  let order: Double
  /// The share of the longest step allowed, by the estimate, that is tried next.
  ///
  /// Measured on seven mixtures at errors of 1e-8 to 1e-12: at order 5, 0.7 takes 10 % fewer evaluations for
  /// the same error than 0.9, since fewer steps are rejected and few samples are left with most of the error;
  /// so does the pair of Tsitouras (2011). At order 8 there is no difference.
  let safety: Double
  /// Nodes c_s.
  let nodes: [Double]
  /// Row s − 1 holds the coefficients a_s0 … a_s,s−1 of stage s.
  let stages: [[Double]]
  /// Weights of the solution that is carried on.
  let weights: [Double]
  /// Weights of the difference to an embedded solution of lower order; the derivative at the end of the
  /// step comes after the stages.
  let error: [Double]
  /// The same for a solution of an even lower order; nil if there is none.
  let roughError: [Double]?

  /// The number of stages of one step, the derivative at its beginning included, that at its end not.
  var stageCount: Int { nodes.count }

  /// The pair that takes the fewest evaluations for a tolerance; where global errors are estimated that of
  /// order 8, since at order 5 seven in ten estimates were too small at a tolerance of 1e-3, one in four at
  /// 1e-5 (2,036 and 672 of the 2,880 samples of `ErrorControlTests`).
  ///
  /// Measured on the paper's flow from t = 1 to 0, σ₀ = 1, 10,000 samples: a relative mean squared error of
  /// 5e-9 takes 55 evaluations at order 5 and about 95 at order 8, 2e-11 takes 75 and about 110. A tolerance
  /// of 1.3e-5 is too loose at order 5: one sample in 10,000 ends in another mode.
  static func suited(to tolerance: Double, estimatesErrors: Bool) -> EmbeddedPair {
    estimatesErrors || tolerance < 2e-8 ? dormandPrince853 : dormandPrince5
  }

  /// The pair of orders 5 and 4 by Dormand and Prince (1980).
  static let dormandPrince5 = EmbeddedPair(
    order: 5,
    safety: 0.7,
    nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
    stages: [
      [1 / 5],
      [3 / 40, 9 / 40],
      [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    ],
    weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    error: [
      71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339_200, 22 / 525, -1 / 40,
    ],
    roughError: nil)

  /// The pair of order 8(5,3) by Dormand and Prince in the form of DOP853: Hairer, Nørsett and Wanner,
  /// Solving Ordinary Differential Equations I, 2nd edition, section II.5 and appendix.
  static let dormandPrince853 = EmbeddedPair(
    order: 8,
    safety: 0.9,
    nodes: [
      0.0,
      0.05260015195876773,
      0.0789002279381516,
      0.1183503419072274,
      0.2816496580927726,
      0.3333333333333333,
      0.25,
      0.3076923076923077,
      0.6512820512820513,
      0.6,
      0.8571428571428571,
      1.0,
    ],
    stages: [
      [0.05260015195876773],
      [0.0197250569845379, 0.0591751709536137],
      [0.02958758547680685, 0.0, 0.08876275643042054],
      [0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792],
      [0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242],
      [0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125],
      [
        0.03709200011850479, 0.0, 0.0, 0.17038392571223998, 0.10726203044637328,
        -0.015319437748624402, 0.008273789163814023,
      ],
      [
        0.6241109587160757, 0.0, 0.0, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
        20.154067550477894, -43.48988418106996,
      ],
      [
        0.47766253643826434, 0.0, 0.0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
        15.279233632882423, -33.28821096898486, -0.020331201708508627,
      ],
      [
        -0.9371424300859873, 0.0, 0.0, 5.186372428844064, 1.0914373489967295, -8.149787010746927,
        -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196,
      ],
      [
        2.273310147516538, 0.0, 0.0, -10.53449546673725, -2.0008720582248625, -17.9589318631188,
        27.94888452941996, -2.8589982771350235, -8.87285693353063, 12.360567175794303,
        0.6433927460157636,
      ],
    ],
    weights: [
      0.054293734116568765,
      0.0,
      0.0,
      0.0,
      0.0,
      4.450312892752409,
      1.8915178993145003,
      -5.801203960010585,
      0.3111643669578199,
      -0.1521609496625161,
      0.20136540080403034,
      0.04471061572777259,
    ],
    error: [
      0.01312004499419488,
      0.0,
      0.0,
      0.0,
      0.0,
      -1.2251564463762044,
      -0.4957589496572502,
      1.6643771824549864,
      -0.35032884874997366,
      0.3341791187130175,
      0.08192320648511571,
      -0.022355307863886294,
      0.0,
    ],
    roughError: [
      -0.18980075407240762,
      0.0,
      0.0,
      0.0,
      0.0,
      4.450312892752409,
      1.8915178993145003,
      -5.801203960010585,
      -0.4226823213237919,
      -0.1521609496625161,
      0.20136540080403034,
      0.02265179219836082,
      0.0,
    ])
}
