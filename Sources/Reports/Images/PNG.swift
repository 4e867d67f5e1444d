/// A minimal PNG writer for small images inside drawings: 8-bit gray, stored blocks.
///
/// Stored (uncompressed) deflate keeps the bytes independent of any zlib version,
/// so that drawings with images stay golden files.
package enum PNG {
  /// Encodes rows of gray values; the value 0 means transparent.
  static func encode(gray: [UInt8], width: Int, height: Int) -> [UInt8] {
    precondition(width > 0 && height > 0 && gray.count == width * height)
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0]
    append("IHDR", header, to: &bytes)
    append("tRNS", [0, 0], to: &bytes)
    var rows: [UInt8] = []
    rows.reserveCapacity((width + 1) * height)
    for row in 0..<height {
      rows.append(0)  // filter: none
      rows += gray[row * width..<(row + 1) * width]
    }
    append("IDAT", zlibStored(rows), to: &bytes)
    append("IEND", [], to: &bytes)
    return bytes
  }

  private static func append(_ type: String, _ data: [UInt8], to bytes: inout [UInt8]) {
    let body = Array(type.utf8) + data
    bytes += bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  /// The zlib frame around stored blocks of at most 65 535 bytes (RFC 1950, RFC 1951).
  package static func zlibStored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65_535, data.count)
      let count = UInt16(end - start)
      result.append(end == data.count ? 1 : 0)
      for word in [count, ~count] {
        result.append(UInt8(truncatingIfNeeded: word))
        result.append(UInt8(truncatingIfNeeded: word >> 8))
      }
      result += data[start..<end]
      start = end
    } while start < data.count
    return result + bigEndian(adler32(data))
  }

  package static func crc32(_ data: [UInt8]) -> UInt32 {
    ~data.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
      }
    }
  }

  package static func adler32(_ data: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return b << 16 | a
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }
}

/// Base 64 (RFC 4648), for data inside a page.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func encode(_ data: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((data.count + 2) / 3 * 4)
    for start in stride(from: 0, to: data.count, by: 3) {
      let group = data[start..<min(start + 3, data.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for position in 0..<4 {
        let symbol = alphabet[Int(bits >> UInt32(18 - 6 * position)) & 63]
        text.append(position <= group.count ? symbol : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
