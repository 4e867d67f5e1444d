import Formats
import Testing

struct ZlibTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: ["two.csv.gz", "members.csv.gz"])
  func foreignFiles(name: String) throws {
    let bytes = try rawBytes(fixture(name))
    #expect(
      try text(Gzip.decompress(bytes, path: "x")) == "x,y\r\n0.1,-2e3\r\n3,5e-324\r\n")
  }

  /// Sizes around the piece that is inflated at a time, of bytes that do and do not shrink.
  @Test(arguments: [0, 1, 100, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 1_000_000])
  func roundTrip(count: Int) throws {
    var random = SplitMix(state: UInt64(count))
    for bytes in [
      [UInt8](repeating: 7, count: count),
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) },
    ] {
      let packed = Gzip.compress(bytes)
      #expect(Gzip.isCompressed(packed) && packed == Gzip.compress(bytes))
      // Bytes 4 to 7 are the time: without it equal input gives equal files.
      #expect(packed[4..<8].allSatisfy { $0 == 0 })
      #expect(try Gzip.decompress(packed, path: "x") == bytes)
      #expect(try Gzip.decompress(packed + packed, path: "x") == bytes + bytes)
    }
  }

  @Test func cutOffAtEveryByte() throws {
    let whole = try rawBytes(fixture("two.csv.gz"))
    for count in 2..<whole.count {
      expectRefusal("x: the gzip data are cut off; copy the file again") {
        () throws(FormatError) in try Gzip.decompress(Array(whole.prefix(count)), path: "x")
      }
    }
    for count in 0..<2 {
      expectRefusal("x: is not gzip data; drop .gz from the name") {
        () throws(FormatError) in try Gzip.decompress(Array(whole.prefix(count)), path: "x")
      }
    }
  }

  @Test func damage() throws {
    let whole = try rawBytes(fixture("two.csv.gz"))
    var wrong = whole
    wrong[whole.count - 8] ^= 1
    expectRefusal(
      "x, the part from byte 0 on: the gzip data are damaged (incorrect data check); "
        + "copy the file again"
    ) { () throws(FormatError) in try Gzip.decompress(wrong, path: "x") }
    expectRefusal(
      "x, the part from byte \(whole.count) on: the gzip data are damaged "
        + "(incorrect header check); copy the file again"
    ) { () throws(FormatError) in try Gzip.decompress(whole + [0, 1, 2], path: "x") }
  }

  /// A small file that claims to be large stops at the limit.
  @Test func bombs() throws {
    let packed = Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
    #expect(packed.count < 20_000)
    expectRefusal("x: decompresses to more than 9999999 bytes") { () throws(FormatError) in
      try Gzip.decompress(packed, path: "x", limit: 9_999_999)
    }
    #expect(try Gzip.decompress(packed, path: "x", limit: 10_000_000).count == 10_000_000)
  }
}
