/// A result beside the published number for the same choices.
public struct PublishedComparison: Sendable {
  /// The results.
  public let group: ResultGroup
  /// The error as the published tables measure it.
  public let ours: SeedStatistics
  /// The published number, if there is one.
  public let published: PublishedResult?

  /// Our mean over the published one.
  public var ratio: Double? { published.map { ours.mean / $0.mean } }

  /// Our mean less the published one, in published standard deviations between seeds.
  public var deviations: Double? { published.map { (ours.mean - $0.mean) / $0.deviation } }

  /// All results that have an error, with the published numbers where there are any.
  public static func all(_ groups: [ResultGroup], of experiment: Experiment)
    -> [PublishedComparison]
  {
    groups.filter(\.isPublishedKind).compactMap { group in
      group.error.map {
        PublishedComparison(group: group, ours: $0, published: experiment.published(group))
      }
    }
  }
}
