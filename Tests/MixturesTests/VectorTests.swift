import Arrays
import Formats
import Foundation
import Mixtures
import RealModule
import TestSupport
import Testing

@Test func densitiesAndScoresMatchTheReferenceVectors() throws {
  let exact = try ReferenceVectors.exactPoints()
  var checked = 0
  for reference in try ReferenceVectors.load().cases {
    let (mixture, process) = (try reference.mixture.make(), try reference.process.make())
    let truths = try #require(exact[reference.name])
    for (point, truth) in zip(reference.points, truths) {
      let marginal = Marginal(mixture, process, at: point.t)
      let x = Matrix([point.x])
      let found = marginal.logDensity(x) + marginal.score(x).elements
      for references in [point.values, truth.values] {
        for (entry, (value, expected)) in zip(found, references).enumerated() {
          #expect(
            agrees(value, expected, relative: 1e-10, absolute: 1e-12),
            "\(reference.name), t = \(point.t), entry \(entry): \(value) for \(expected)")
          checked += 1
        }
      }
    }
  }
  #expect(checked == 2 * 15 * (6 + 3 + 6 + 5 + 5 + 5 + 3))
}

/// Not the reference's constants but its file: the reader must make the same mixture of it.
@Test func theReferenceMixturesAreFilesOfOurs() throws {
  let text = try JSONSerialization.jsonObject(with: try ReferenceVectors.data())
  let cases = try #require((text as? [String: Any])?["cases"] as? [[String: Any]])
  for (part, reference) in zip(cases, try ReferenceVectors.load().cases) {
    let bytes = try JSONSerialization.data(withJSONObject: try #require(part["mixture"]))
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    try bytes.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let read = try GaussianMixture(contentsOf: url.path)
    #expect(try read == reference.mixture.make())
  }
}

@Test func thePaperMeansAreBitIdenticalToThePublishedOnes() throws {
  let published = try PublishedMeans.load()
  let mixture = try GaussianMixture.paper(seed: 0)
  #expect(mixture.means.rows == 20 && mixture.means.columns == 64)
  #expect(mixture.means.elements.map(\.bitPattern) == published.means.joined().map(\.bitPattern))
  #expect(mixture.weights.allSatisfy { $0 == 0.05 })
  #expect(mixture.sharedIsotropicVariance == 1)
  // The published diameter was computed in single precision.
  #expect(abs(mixture.diameter - published.diameter) < 1e-5)
  #expect(try GaussianMixture.paper(seed: 1).means != mixture.means)
  #expect(try GaussianMixture.paper(seed: 0, sigma0: 0.1).sharedIsotropicVariance == 0.1 * 0.1)
}
