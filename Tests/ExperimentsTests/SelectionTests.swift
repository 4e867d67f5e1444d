import Experiments
import Testing

@Suite struct SelectionTests {
  private static let cells = ReproductionPlan(.score, scale: .paper).cells(seeds: [0, 1, 2])

  private func names(_ only: [(String, [String])], shard: (Int, Int) = (1, 1)) throws -> [String] {
    var selection = CellSelection()
    selection.only = only.map { (name: $0.0, values: $0.1) }
    selection.shard = shard
    return try selection.of(SelectionTests.cells).map(\.name)
  }

  @Test func onlyKeepsTheOrder() throws {
    let all = SelectionTests.cells.map(\.name)
    #expect(try names([]) == all)
    let some = try names([("width", ["128", "2048"]), ("seed", ["2"])])
    #expect(some.count == 2 * 5)
    #expect(some == all.filter(Set(some).contains))
    #expect(some.allSatisfy { $0.hasSuffix("_seed-2") && !$0.contains("width-512") })
    // Numbers are compared as numbers.
    #expect(try names([("t", ["0.30", "9e-1"])]) == names([("t", ["0.3", "0.9"])]))
    #expect(try names([("sigma0", ["1.0"])]).count == 5 * 3)
  }

  /// Each cell is in exactly one part, for any number of parts, more than there are cells too.
  @Test(arguments: [1, 2, 3, 7, 10, 14, 15, 16, 40]) func partsArePartitions(count: Int) throws {
    let only = [("width", ["256"]), ("t", ["0.1", "0.5", "0.7", "0.9", "0.3"])]
    let whole = try names(only)
    #expect(whole.count == 15)
    let parts = try (1...count).map { try names(only, shard: ($0, count)) }
    #expect(parts.joined().sorted() == whole.sorted())
    #expect(Set(parts.joined()).count == whole.count)
    // They are as equal as they can be.
    #expect((parts.map(\.count).max() ?? 0) - (parts.map(\.count).min() ?? 0) <= 1)
  }

  @Test func unknownChoicesAreRefused() {
    for (name, value) in [
      ("width", "77"), ("colour", "red"), ("seed", "9"), ("t", "nan"), ("width", "wide"), ("", ""),
    ] {
      expectRefusal(naming: "\(name)=\(value)") { try names([(name, [value])]) }
      expectRefusal(naming: "sigma0, width, t, seed") { try names([(name, [value])]) }
    }
    expectRefusal(naming: "width=77") { try names([("width", ["128", "77"])]) }
    // Both are there, but never together.
    #expect(
      throws: ExperimentError.noCell(choices: ["width=128", "sigma0=1,0.01"])
    ) {
      try names([("width", ["128"]), ("sigma0", ["1", "0.01"])])
    }
    expectRefusal(naming: "width=128 and width=256") {
      try names([("width", ["128"]), ("width", ["256"])])
    }
  }
}
