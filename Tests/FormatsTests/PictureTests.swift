import Formats
import Foundation
import Testing

struct PictureTests {
  /// CRC-32 bit by bit, as annex D of the PNG specification gives it.
  private func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
      }
    }
  }

  /// Adler-32 (RFC 1950).
  private func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  private func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The chunks of a PNG file, their checksums compared.
  private func chunks(_ png: [UInt8]) throws -> [(type: String, data: [UInt8])] {
    try #require(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    var result: [(String, [UInt8])] = []
    var position = 8
    while position < png.count {
      let length = Int(number(png[position..<position + 4]))
      let body = png[position + 4..<position + 8 + length]
      #expect(number(png[(position + 8 + length)...].prefix(4)) == crc(body))
      result.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
      position += 12 + length
    }
    return result
  }

  /// Inflates zlib data as a gzip member, with a trailer made from the content that is expected.
  private func expectInflates(_ zlib: [UInt8], to content: [UInt8]) throws {
    #expect(zlib[0] & 15 == 8 && number(zlib[0..<2]) % 31 == 0)
    #expect(number(zlib.suffix(4)) == adler(content))
    let trailer = [crc(content), UInt32(content.count)].flatMap { value in
      [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    let member = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + zlib.dropFirst(2).dropLast(4) + trailer
    #expect(try Gzip.decompress(member, path: "x") == content)
  }

  @Test(arguments: [(1, 1, 1), (3, 2, 1), (300, 500, 1), (1, 1, 3), (4, 3, 3)])
  func pictures(width: Int, height: Int, channels: Int) throws {
    var random = SplitMix(state: 5)
    let pixels = (0..<width * height * channels).map { _ in
      UInt8(truncatingIfNeeded: random.next())
    }
    let png =
      channels == 1
      ? PNG.grayscale(width: width, height: height, pixels: pixels)
      : PNG.rgb(width: width, height: height, pixels: pixels)
    let chunks = try chunks(png)
    #expect(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"] && chunks[2].data.isEmpty)
    #expect(number(chunks[0].data[0..<4]) == UInt32(width))
    #expect(number(chunks[0].data[4..<8]) == UInt32(height))
    #expect(chunks[0].data[8...] == [8, channels == 1 ? 0 : 2, 0, 0, 0])
    let size = width * channels
    let rows = (0..<height).flatMap { [0] + pixels[$0 * size..<($0 + 1) * size] }
    try expectInflates(chunks[1].data, to: rows)
  }

  @Test func base64() {
    // The vectors of RFC 4648, section 10.
    for (plain, text) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Base64.encode(Array(plain.utf8)) == text)
    }
    let all = (0...255).map { UInt8($0) }
    #expect(Base64.encode(all) == Data(all).base64EncodedString())
  }
}
