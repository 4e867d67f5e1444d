import Arrays
import Formats
import Foundation
import Networks
import Testing

@Suite struct SparseNetworkTests {
  private func trained(_ seed: UInt64) -> Network {
    .mlp(
      dimensions: [3, 7, 5, 4, 2], activations: [.relu, .requ, .squareplus],
      random: RandomStream(seed: seed))
  }

  @Test func aTrainedNetworkIsTheSameFunction() {
    for seed in 0..<5 as Range<UInt64> {
      let network = trained(seed)
      let sparse = SparseNetwork(network)
      let x = RandomStream(seed: seed).normals(rows: 37, columns: 3)
      let (a, b) = (network(x), sparse(x))
      for (p, q) in zip(a.elements, b.elements) { #expect(abs(p - q) <= 1e-13 * (1 + abs(p))) }
      let single = sparse(x.inSinglePrecision).inDoublePrecision
      for (p, q) in zip(a.elements, single.elements) { #expect(abs(p - q) <= 1e-4 * (1 + abs(p))) }
      #expect(sparse.weightCount + sparse.biasCount == network.nonZeroCount)
      #expect(sparse.largestMagnitude == Double(network.largestMagnitude))
      #expect(sparse.depth == network.depth && sparse.width == 7)
    }
  }

  @Test func resultsDoNotDependOnTheBlock() {
    let sparse = SparseNetwork(trained(1))
    let x = RandomStream(seed: 2).normals(rows: 40, columns: 3)
    let all = sparse(x)
    for i in 0..<40 { #expect(sparse(x.rowBlock(i..<i + 1)).elements == Array(all[row: i])) }
  }

  @Test func filesKeepEveryBit() throws {
    let sparse = SparseNetwork(trained(3))
    let file = sparse.safetensors(metadata: ["certificate": "{}"])
    let read = try Safetensors.parse(file.bytes(), path: "n.fdnet")
    #expect(read.metadata["certificate"] == "{}")
    #expect(try SparseNetwork(read, path: "n.fdnet") == sparse)
  }

  @Test(arguments: 0..<5) func damagedFilesAreRefused(tensor: Int) throws {
    let good = SparseNetwork(trained(3)).safetensors()
    var missing = good
    missing.tensors.remove(at: tensor)
    #expect(throws: FormatError.self) { try SparseNetwork(missing, path: "n") }
    var wrong = good
    let name = good.tensors[tensor].name
    wrong.tensors[tensor] =
      if case .int64 = good.tensors[tensor].values {
        .init(name: name, shape: [2], values: .int64([-1, 99]))
      } else {
        .init(name: name, shape: [2], values: .float64([.nan, 1]))
      }
    #expect(throws: FormatError.self) { try SparseNetwork(wrong, path: "n") }
    var other = good
    other.metadata["format"] = "flowdistill.network/2"
    #expect(throws: FormatError.self) { try SparseNetwork(other, path: "n") }
  }

  @Test func mixedLayersAreExported() {
    let mixed = SparseNetwork(
      inputDimension: 1,
      layers: [
        .init(
          inputs: 1,
          neurons: [
            .init(activation: .requ, bias: 0, weights: [(0, 1)]),
            .init(activation: .relu, bias: 1, weights: [(0, -2)]),
          ]),
        .init(
          inputs: 2,
          neurons: [.init(activation: .identity, bias: 0.5, weights: [(0, 3), (1, 5)])]),
      ])
    #expect(mixed(Matrix([[2.0], [-1]])) == Matrix([[12.5], [15.5]]))
    // A Gemm for each kind, joined, then the output's.
    let text = String(decoding: mixed.onnx(precision: .float64, summary: "").bytes(), as: UTF8.self)
    #expect(text.contains("layer0.relu.relu") && text.contains("layer0.requ.square"))
    #expect(text.contains("Concat"))
  }
}
