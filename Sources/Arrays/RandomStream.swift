internal import _CKernels

/// A splittable stream of random numbers with random access: Philox4x32-10 (Salmon, Moraes,
/// Dror and Shaw, 2011).
///
/// Number i of a stream is a pure function of the seed, the stream's name and i, so results depend
/// neither on the order in which numbers are drawn nor on threads. Streams made by
/// `substream(_:)` with different names are independent for all practical purposes.
public struct RandomStream: Sendable, Equatable {
  /// The seed that all substreams share: the key of the block cipher.
  public let seed: UInt64
  /// Which stream of that seed this is: the upper half of the counter.
  public let stream: UInt64

  /// The root stream of a seed.
  public init(seed: UInt64) {
    self.seed = seed
    stream = 0
  }

  private init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// The stream of this one's family that carries the given name.
  public func substream(_ name: UInt64) -> RandomStream {
    let words = RandomStream.block(
      counter: (UInt32(truncatingIfNeeded: name), UInt32(name >> 32), low(stream), high(stream)),
      key: (low(seed) ^ 0x5DEE_CE66, high(seed) ^ 0x9E37_79B9))
    return RandomStream(seed: seed, stream: UInt64(words.0) | UInt64(words.1) << 32)
  }

  /// The stream named by a word: the FNV-1a hash of its bytes.
  public func substream(_ name: String) -> RandomStream {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return substream(hash)
  }

  /// Fills `target` with uniforms in (0, 1), beginning with number `first` (even).
  public func fillUniforms(_ target: inout MutableSpan<Double>, first: Int = 0) {
    precondition(first >= 0 && first % 2 == 0, "first uniform \(first) is not even")
    unsafe target.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe fd_uniforms(base, buffer.count, seed, stream, UInt64(first / 2))
    }
  }

  /// Fills `target` with standard normals, beginning with number `first` (even).
  public func fillNormals(_ target: inout MutableSpan<Double>, first: Int = 0) {
    precondition(first >= 0 && first % 2 == 0, "first normal \(first) is not even")
    unsafe target.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe fd_normals(base, buffer.count, seed, stream, UInt64(first / 2))
    }
  }

  /// The first `count` uniforms in (0, 1) of the stream.
  public func uniforms(_ count: Int) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    var span = values.mutableSpan
    fillUniforms(&span)
    return values
  }

  /// A matrix of standard normals whose row i depends on the seed, the stream and i only.
  public func normals(rows: Int, columns: Int) -> Matrix<Double> {
    let stride = (columns + 1) / 2 * 2
    var result = Matrix<Double>(rows: rows, columns: columns)
    result.forEachRowBlock(grain: 128) { range, block in
      // Rows of even length follow each other in the stream without gaps.
      if stride == columns {
        fillNormals(&block, first: range.lowerBound * stride)
        return
      }
      for (row, i) in range.enumerated() {
        block.withRange(row * columns..<(row + 1) * columns) {
          fillNormals(&$0, first: i * stride)
        }
      }
    }
    return result
  }

  /// A uniformly random order of `0..<count` (Fisher–Yates).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    let u = uniforms(count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, min(i, Int(u[i] * Double(i + 1))))
    }
    return order
  }

  /// One block of the cipher.
  package static func block(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    let counter = [counter.0, counter.1, counter.2, counter.3]
    var out: [UInt32] = [0, 0, 0, 0]
    unsafe fd_philox_block(counter, [key.0, key.1], &out)
    return (out[0], out[1], out[2], out[3])
  }
}

private func low(_ x: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: x) }
private func high(_ x: UInt64) -> UInt32 { UInt32(x >> 32) }
