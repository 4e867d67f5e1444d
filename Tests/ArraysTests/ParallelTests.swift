import Arrays
import Dispatch
import Synchronization
import Testing

extension ArraysTests {
  @Suite struct ParallelTests {
    private final class Counters: Sendable {
      let counts: Mutex<[Int]>
      init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }
      func visit(_ i: Int) { counts.withLock { $0[i] += 1 } }
    }

    @Test(arguments: [0, 1, 2, 3, 1000]) func everyIndexOnce(count: Int) {
      let before = Parallel.threadCount
      defer { Parallel.threadCount = before }
      for threads in [1, 2, 5] {
        Parallel.threadCount = threads
        let counters = Counters(count)
        Parallel.forEach(count) { counters.visit($0) }
        #expect(counters.counts.withLock { $0 } == [Int](repeating: 1, count: count))
        #expect(Parallel.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
      }
    }

    @Test func nestedLoops() {
      let counters = Counters(100)
      Parallel.forEach(10) { i in Parallel.forEach(10) { j in counters.visit(10 * i + j) } }
      #expect(counters.counts.withLock { $0 } == [Int](repeating: 1, count: 100))
      #expect(
        Parallel.map(3) { i in Parallel.map(2) { 10 * i + $0 } } == [[0, 1], [10, 11], [20, 21]])
    }

    /// Short loops one after the other, pauses in which helpers fall asleep, other numbers of threads, and
    /// several callers at a time: every index once, always.
    @Test func manyShortLoops() {
      let before = Parallel.threadCount
      defer { Parallel.threadCount = before }
      let total = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 3) { caller in
        for round in 0..<6000 {
          if caller == 0 { Parallel.threadCount = 1 + round % 5 }
          let count = round % 7
          let sum = Atomic<Int>(0)
          Parallel.forEach(count) { i in
            sum.wrappingAdd(i + 1, ordering: .relaxed)
          }
          let done = sum.load(ordering: .relaxed)
          if done == count * (count + 1) / 2 { total.wrappingAdd(1, ordering: .relaxed) }
          if round % 500 == 0 {
            _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(3))
          }
        }
      }
      #expect(total.load(ordering: .relaxed) == 3 * 6000)
    }

    @Test func blocks() {
      #expect(Parallel.blocks(of: 0, grain: 3).isEmpty)
      #expect(Parallel.blocks(of: 7, grain: 3) == [0..<3, 3..<6, 6..<7])
      #expect(Parallel.blocks(of: 6, grain: 3) == [0..<3, 3..<6])
      #expect(Parallel.processorCount >= 1)
    }

    @Test func rowBlocksAreTheMatrix() {
      var a = Matrix<Double>(rows: 1001, columns: 3)
      a.forEachRowBlock(grain: 10) { range, block in
        for (k, i) in (range.lowerBound * 3..<range.upperBound * 3).enumerated() {
          block[k] = Double(i)
        }
      }
      #expect(a.elements == (0..<3003).map(Double.init))
      let sums = a.mapRowBlocks(grain: 500) { range, block in
        var sum = 0.0
        for i in block.indices { sum += block[i] }
        return sum + Double(range.count)
      }
      let expected = Parallel.blocks(of: 1001, grain: 500).map { range -> Double in
        let part = a.elements[range.lowerBound * 3..<range.upperBound * 3]
        return Double(range.count) + part.reduce(0, +)
      }
      #expect(sums == expected)
    }

    @Test func slices() {
      var x = [Float](repeating: 1, count: 10)
      x.forEachSlice([0..<3, 3..<3, 5..<10]) { k, slice in
        for i in slice.indices { slice[i] = Float(k) }
      }
      #expect(x == [0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
      var partials = [0.0, 0, 0]
      let sum = x.sumOverSlices([0..<3, 3..<5, 5..<10], partials: &partials) { k, slice in
        Double(slice.count * (k + 1))
      }
      #expect(sum == 3 + 4 + 15 && partials == [3, 4, 15])
    }

    @Test func spans() {
      var x: [Float] = [1, 2, 3, 4, 5]
      var span = x.mutableSpan
      span.withDisjoint(reading: 0..<2, writing: 3..<5) { from, to in
        for i in to.indices { to[i] = 10 * from[i] }
      }
      span.withRange(1..<3) { part in part.copy([7, 8].span) }
      #expect(x == [1, 7, 8, 10, 20])
    }

    /// Every parallel operation of the module but `Gemm`, which has its own test.
    @Test func threads() {
      var random = SplitMix(state: 9)
      let x = Matrix(rows: 1000, columns: 7, elements: random.numbers(7000))
      let y = Matrix(rows: 33, columns: 7, elements: random.numbers(231))
      expectSameOnAllThreads { GaussianKernels.squaredDistances(x, y).elements }
      expectSameOnAllThreads { RandomStream(seed: 5).normals(rows: 1000, columns: 7).elements }
      let gradient = random.numbers(300_000).map(Float.init)
      expectSameOnAllThreads { [TrainingKernels.sumOfSquares(gradient)] }
      let constants = AdamWConstants(
        beta: (0.9, 0.99), inverseSecondRoot: 2, epsilon: 1e-8, stepSize: 0.1)
      expectSameOnAllThreads {
        var (p, m) = (gradient, gradient)
        var v = gradient.map { $0 * $0 }
        TrainingKernels.adamW(
          constants, gradient: gradient, parameters: &p, firstMoment: &m, secondMoment: &v)
        return p + m + v
      }
    }
  }
}
