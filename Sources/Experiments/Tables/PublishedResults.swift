/// A number of a published table.
public struct PublishedResult: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// The choices, under the names of our cells.
  public let keys: [CellKey]
  /// The mean of ten seeds.
  public let mean: Double
  /// Their standard deviation.
  public let deviation: Double

  fileprivate init(
    _ experiment: Experiment, _ keys: [(String, String)], _ mean: Double, _ deviation: Double
  ) {
    self.experiment = experiment
    self.keys = keys.map { CellKey($0.0, $0.1) }
    self.mean = mean
    self.deviation = deviation
  }
}

extension Experiment {
  /// The published number for a choice, if there is one.
  public func published(_ group: ResultGroup) -> PublishedResult? {
    guard group.isPublishedKind else { return nil }
    return published.first { $0.keys.allSatisfy { key in group[key.name] == key.value } }
  }

  /// All published numbers of this experiment: relative mean squared errors.
  ///
  /// From the tables of the authors' repository, GeminiLiming/quantitative-flow-distillation (MIT
  /// licence, copyright 2026 GeminiLiming).
  public var published: [PublishedResult] {
    switch self {
    case .score:
      [
        .init(
          .score, [("sigma0", "0.1"), ("width", "128"), ("t", "0.1")], 0.0340329511, 0.00188577731),
        .init(
          .score, [("sigma0", "0.1"), ("width", "128"), ("t", "0.3")], 0.0398172764, 0.00181016724),
        .init(
          .score, [("sigma0", "0.1"), ("width", "128"), ("t", "0.5")], 0.00861720891, 0.000570936826
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "128"), ("t", "0.7")], 0.00546549564, 0.000714974313
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "128"), ("t", "0.9")], 0.00526810963, 0.000545426601
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "256"), ("t", "0.1")], 0.00960032513, 0.00103631878),
        .init(
          .score, [("sigma0", "0.1"), ("width", "256"), ("t", "0.3")], 0.0189961, 0.00267207308),
        .init(
          .score, [("sigma0", "0.1"), ("width", "256"), ("t", "0.5")], 0.0049621435, 0.000492530245),
        .init(
          .score, [("sigma0", "0.1"), ("width", "256"), ("t", "0.7")], 0.00298904952, 0.000861693006
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "256"), ("t", "0.9")], 0.00348467569, 0.0011660688),
        .init(
          .score, [("sigma0", "0.1"), ("width", "512"), ("t", "0.1")], 0.00670703593, 0.00284597484),
        .init(
          .score, [("sigma0", "0.1"), ("width", "512"), ("t", "0.3")], 0.00493012441, 0.000443281316
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "512"), ("t", "0.5")], 0.00310671931, 0.000366788447
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "512"), ("t", "0.7")], 0.00149064609, 0.000439310725
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "512"), ("t", "0.9")], 0.0018309002, 0.000715064154),
        .init(
          .score, [("sigma0", "0.1"), ("width", "1024"), ("t", "0.1")], 0.00303597957,
          0.000270199056),
        .init(
          .score, [("sigma0", "0.1"), ("width", "1024"), ("t", "0.3")], 0.00314902823,
          0.000566428995),
        .init(
          .score, [("sigma0", "0.1"), ("width", "1024"), ("t", "0.5")], 0.00224135026,
          0.000288293307),
        .init(
          .score, [("sigma0", "0.1"), ("width", "1024"), ("t", "0.7")], 0.00115304711,
          0.000336780582),
        .init(
          .score, [("sigma0", "0.1"), ("width", "1024"), ("t", "0.9")], 0.00142201785,
          0.000490144559),
        .init(
          .score, [("sigma0", "0.1"), ("width", "2048"), ("t", "0.1")], 0.0025482268, 0.000284205207
        ),
        .init(
          .score, [("sigma0", "0.1"), ("width", "2048"), ("t", "0.3")], 0.00228290287,
          0.000299089425),
        .init(
          .score, [("sigma0", "0.1"), ("width", "2048"), ("t", "0.5")], 0.00147949801,
          0.000205786971),
        .init(
          .score, [("sigma0", "0.1"), ("width", "2048"), ("t", "0.7")], 0.00127152848,
          0.000385078523),
        .init(
          .score, [("sigma0", "0.1"), ("width", "2048"), ("t", "0.9")], 0.00126054332,
          0.000223427712),
        .init(
          .score, [("sigma0", "0.01"), ("width", "512"), ("t", "0.1")], 0.00552758599,
          0.000906601003),
        .init(
          .score, [("sigma0", "0.01"), ("width", "512"), ("t", "0.3")], 0.00512212055,
          0.000470705919),
        .init(
          .score, [("sigma0", "0.01"), ("width", "512"), ("t", "0.5")], 0.00332383557,
          0.000261145922),
        .init(
          .score, [("sigma0", "0.01"), ("width", "512"), ("t", "0.7")], 0.00161798941,
          0.000586306252),
        .init(
          .score, [("sigma0", "0.01"), ("width", "512"), ("t", "0.9")], 0.00158526269,
          0.000431687141),
        .init(
          .score, [("sigma0", "1"), ("width", "512"), ("t", "0.1")], 0.00387134875, 0.000371723845),
        .init(
          .score, [("sigma0", "1"), ("width", "512"), ("t", "0.3")], 0.00533175115, 0.000530126359),
        .init(
          .score, [("sigma0", "1"), ("width", "512"), ("t", "0.5")], 0.00330402105, 0.000261916352),
        .init(
          .score, [("sigma0", "1"), ("width", "512"), ("t", "0.7")], 0.00181121573, 0.000645873171),
        .init(
          .score, [("sigma0", "1"), ("width", "512"), ("t", "0.9")], 0.00173378282, 0.000729431127),
      ]
    case .oneStep:
      [
        .init(.oneStep, [("sigma0", "0.0001"), ("B", "0.001")], 0.999999989, 7.63943561e-09),
        .init(.oneStep, [("sigma0", "0.0001"), ("B", "0.01")], 0.986490605, 0.00280981545),
        .init(.oneStep, [("sigma0", "0.0001"), ("B", "0.1")], 0.0315792803, 0.00109412624),
        .init(.oneStep, [("sigma0", "0.0001"), ("B", "0.25")], 0.020451564, 0.00191673103),
        .init(.oneStep, [("sigma0", "0.001"), ("B", "0.001")], 0.999996678, 9.91000535e-07),
        .init(.oneStep, [("sigma0", "0.001"), ("B", "0.01")], 0.955541428, 0.00181416112),
        .init(.oneStep, [("sigma0", "0.001"), ("B", "0.1")], 0.00814297785, 0.000912011824),
        .init(.oneStep, [("sigma0", "0.001"), ("B", "0.25")], 0.00775827312, 0.00124992625),
        .init(.oneStep, [("sigma0", "0.01"), ("B", "0.001")], 0.987671864, 0.000129360521),
        .init(.oneStep, [("sigma0", "0.01"), ("B", "0.01")], 0.76126458, 0.0122711622),
        .init(.oneStep, [("sigma0", "0.01"), ("B", "0.1")], 0.00645594789, 0.000602053713),
        .init(.oneStep, [("sigma0", "0.01"), ("B", "0.25")], 0.00666672893, 0.00110650305),
        .init(.oneStep, [("sigma0", "0.1"), ("B", "0.001")], 0.943577538, 0.000195746836),
        .init(.oneStep, [("sigma0", "0.1"), ("B", "0.01")], 0.00398365041, 0.000640695291),
        .init(.oneStep, [("sigma0", "0.1"), ("B", "0.1")], 2.4876097e-05, 6.84055241e-06),
        .init(.oneStep, [("sigma0", "0.1"), ("B", "0.25")], 2.58325735e-05, 1.14424078e-05),
      ]
    case .depth:
      [
        .init(.depth, [("arch", "transformer"), ("n_blocks", "1")], 0.0709953824, 0.000861480368),
        .init(.depth, [("arch", "transformer"), ("n_blocks", "2")], 0.0704052701, 0.00143343524),
        .init(.depth, [("arch", "transformer"), ("n_blocks", "4")], 0.0674400391, 0.00153951596),
        .init(.depth, [("arch", "transformer"), ("n_blocks", "8")], 0.0469944287, 0.0176516358),
        .init(.depth, [("arch", "transformer"), ("n_blocks", "16")], 0.0302692014, 0.0140683684),
      ]
    case .grids:
      [
        .init(.grids, [("grid", "stability"), ("n", "4")], 0.0255117623, 0.000811249316),
        .init(.grids, [("grid", "stability"), ("n", "8")], 0.0426657198, 0.00140820927),
        .init(.grids, [("grid", "stability"), ("n", "16")], 0.129874993, 0.00574891049),
        .init(.grids, [("grid", "uniform"), ("n", "4")], 0.0409629838, 0.00461696455),
        .init(.grids, [("grid", "uniform"), ("n", "8")], 0.0886767062, 0.00549270715),
        .init(.grids, [("grid", "uniform"), ("n", "16")], 0.167040048, 0.00519720234),
      ]
    }
  }
}
