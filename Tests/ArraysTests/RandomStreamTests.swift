import Arrays
import RealModule
import Testing

extension ArraysTests {
  @Suite struct RandomStreamTests {
    typealias Words = (UInt32, UInt32, UInt32, UInt32)

    /// Known answers of Random123 (kat_vectors, philox 4x32 with 10 rounds).
    @Test func philoxKnownAnswers() {
      let cases: [(Words, (UInt32, UInt32), Words)] = [
        ((0, 0, 0, 0), (0, 0), (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
        (
          (.max, .max, .max, .max), (.max, .max),
          (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
        ),
        (
          (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), (0xA409_3822, 0x299F_31D0),
          (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
        ),
      ]
      for (counter, key, expected) in cases {
        #expect(RandomStream.block(counter: counter, key: key) == expected)
      }
    }

    /// The two uniforms of a block: the middle of one of 2^52 cells.
    private func uniforms(_ stream: RandomStream, block index: UInt64) -> [Double] {
      func split(_ x: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: x), UInt32(x >> 32))
      }
      let (i, s) = (split(index), split(stream.stream))
      let w = RandomStream.block(counter: (i.0, i.1, s.0, s.1), key: split(stream.seed))
      return [(w.0, w.1), (w.2, w.3)].map { high, low in
        (Double((UInt64(high) << 32 | UInt64(low)) >> 12) + 0.5) * 0x1p-52
      }
    }

    @Test(arguments: [0, 1, UInt64.max]) func uniformsAreBlocks(seed: UInt64) {
      let stream = RandomStream(seed: seed).substream("test")
      let expected = (0..<6).flatMap { uniforms(stream, block: $0) }
      #expect(stream.uniforms(12) == expected && stream.uniforms(11) == Array(expected.prefix(11)))
      var far = [0.0, 0, 0]
      var span = far.mutableSpan
      stream.fillUniforms(&span, first: 1 << 40)
      let block = UInt64(1) << 39
      #expect(far == uniforms(stream, block: block) + uniforms(stream, block: block + 1).prefix(1))
    }

    /// Box–Muller by the formula; libm and the kernel differ in the last bits only.
    ///
    /// Whole quarter turns are taken off before 2π rounds the angle.
    @Test func normalsAreBoxMuller() {
      let stream = RandomStream(seed: 42)
      let expected = (0..<500 as Range<UInt64>).flatMap { block -> [Double] in
        let u = uniforms(stream, block: block)
        let radius = (-2 * Double.log(u[0])).squareRoot()
        let quarter = (4 * u[1]).rounded()
        let angle = 2 * .pi * (u[1] - quarter / 4)
        let (c, s) = (radius * Double.cos(angle), radius * Double.sin(angle))
        return [[c, s], [-s, c], [-c, -s], [s, -c]][Int(quarter) % 4]
      }
      expectClose(stream.normals(rows: 500, columns: 2).elements, expected, 1e-15)
      let odd = stream.normals(rows: 250, columns: 3)
      for i in 0..<250 {
        expectClose(Array(odd[row: i]), Array(expected[4 * i..<4 * i + 3]), 1e-15)
      }
    }

    @Test func rowsStandAlone() {
      let stream = RandomStream(seed: 8)
      let many = stream.normals(rows: 1000, columns: 5)
      #expect(many.rowBlock(0..<17) == stream.normals(rows: 17, columns: 5))
    }

    /// A number does not depend on how many are drawn with it, nor on where the draw begins.
    @Test func blockSizesChangeNothing() {
      let stream = RandomStream(seed: 11).substream("blocks")
      func draw(_ count: Int, from first: Int) -> [Double] {
        var values = [Double](repeating: .nan, count: count)
        var span = values.mutableSpan
        stream.fillNormals(&span, first: first)
        return values
      }
      let all = draw(1000, from: 0)
      for (count, first) in [
        (1, 0), (2, 4), (31, 6), (32, 2), (33, 32), (63, 100), (64, 64), (500, 498),
      ] {
        #expect(draw(count, from: first) == Array(all[first..<first + count]), "\(count) \(first)")
      }
      #expect(stream.normals(rows: 1, columns: 1000).elements == all)
      #expect(stream.normals(rows: 250, columns: 4).elements == all)
    }

    /// The share beyond ±z against erfc: five standard errors of a binomial count.
    @Test func tails() {
      let n = 4_000_000
      let x = RandomStream(seed: 12).normals(rows: n / 2, columns: 2).elements
      for z in [1.0, 2, 3, 4, 4.5] {
        let p = 0.5 * Double.erfc(z * 0.5.squareRoot())
        let slack = 5 * (Double(n) * p).squareRoot()
        #expect(abs(Double(x.count { $0 > z }) - Double(n) * p) < slack, "above \(z)")
        #expect(abs(Double(x.count { $0 < -z }) - Double(n) * p) < slack, "below \(-z)")
      }
    }

    @Test func momentsOfNormals() {
      let n = 400_000.0
      let x = RandomStream(seed: 1).normals(rows: 200_000, columns: 2).elements
      let moments = (1...4).map { p in x.reduce(0) { $0 + Double.pow($1, p) } / n }
      // Four standard errors: the variances of z, z², z³ and z⁴ are 1, 2, 15 and 96.
      for (found, (mean, variance)) in zip(moments, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
        #expect(abs(found - mean) < 4 * (variance / n).squareRoot())
      }
      // Neighbours, which share a block, are uncorrelated, and so are their squares.
      let pairs = stride(from: 0, to: x.count, by: 2).map { (x[$0], x[$0 + 1]) }
      let correlation = pairs.reduce(0) { $0 + $1.0 * $1.1 } / (n / 2)
      #expect(abs(correlation) < 4 / (n / 2).squareRoot())
      let squares = pairs.reduce(0) { $0 + ($1.0 * $1.0 - 1) * ($1.1 * $1.1 - 1) } / (n / 2)
      #expect(abs(squares) < 4 * 2 / (n / 2).squareRoot())
      #expect((x.map(abs).max() ?? 0) > 4 && (x.map(abs).max() ?? 0) < 8.6)
    }

    /// Kolmogorov and Smirnov's distance; 1.95/√n is exceeded once in a thousand.
    private func distance(_ values: [Double], _ cumulative: (Double) -> Double) -> Double {
      let n = Double(values.count)
      return values.sorted().enumerated().reduce(0) { worst, next in
        let f = cumulative(next.element)
        return max(worst, f - Double(next.offset) / n, Double(next.offset + 1) / n - f)
      } * n.squareRoot()
    }

    @Test(arguments: 0..<5 as Range<UInt64>) func distributions(seed: UInt64) {
      let stream = RandomStream(seed: seed)
      let normals = stream.substream("normals").normals(rows: 50_000, columns: 1).elements
      #expect(distance(normals) { 0.5 * .erfc(-$0 * 0.5.squareRoot()) } < 1.95)
      #expect(distance(stream.substream("uniforms").uniforms(50_000)) { $0 } < 1.95)
    }

    @Test func substreamsDiffer() {
      let root = RandomStream(seed: 3)
      var names = Set([root.stream])
      for i in 0..<50_000 as Range<UInt64> {
        names.insert(root.substream(i).stream)
        names.insert(root.substream("\(i)").substream(1).stream)
      }
      #expect(names.count == 100_001)
      #expect(root.substream(1).substream(2) != root.substream(2).substream(1))
      #expect(root.substream("a") == root.substream("a") && root.substream("a").seed == 3)
      // FNV-1a of "a", as published.
      #expect(root.substream("a") == root.substream(0xAF63_DC4C_8601_EC8C))
    }

    /// Streams with neighbouring names and seeds are uncorrelated at every lag up to three.
    @Test func substreamsAreIndependent() {
      let n = 40_000
      let root = RandomStream(seed: 0)
      let streams = [root, RandomStream(seed: 1)] + (0..<4).map { root.substream(UInt64($0)) }
      let values = streams.map { $0.uniforms(n).map { ($0 - 0.5) * 12.0.squareRoot() } }
      for i in values.indices {
        for j in i..<values.count {
          for lag in (i == j ? 1 : 0)...3 {
            let sum = (0..<n - lag).reduce(0) { $0 + values[i][$1] * values[j][$1 + lag] }
            #expect(abs(sum) < 4.5 * Double(n).squareRoot(), "\(i) \(j) \(lag)")
          }
        }
      }
    }

    @Test func permutations() {
      let stream = RandomStream(seed: 6)
      #expect(stream.permutation(0) == [] && stream.permutation(1) == [0])
      #expect(stream.permutation(1000).sorted() == Array(0..<1000))
      // All 24 orders of four, each about 1000 times in 24000: χ² with 23 degrees of freedom.
      var counts: [[Int]: Int] = [:]
      for i in 0..<24_000 { counts[stream.substream(UInt64(i)).permutation(4), default: 0] += 1 }
      let chiSquared = counts.values.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
      #expect(counts.count == 24 && chiSquared < 49.7)  // exceeded once in a thousand
    }

    /// Known answers of the authors' mt19937ar.c and of the C++ standard ([rand.predef]).
    @Test func mersenneTwister() {
      var generator = MersenneTwister(seed: 5489)
      let outputs = (0..<10_000).map { _ in generator.next() }
      #expect(outputs.prefix(3) == [3_499_211_612, 581_869_302, 3_890_346_734])
      #expect(outputs[9999] == 4_123_659_995)
    }
  }
}
