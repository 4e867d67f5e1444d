/// Pictures of 8 bits a channel as PNG.
public enum PNG {
  /// A grey picture, row after row from the top; 0 is black.
  ///
  /// - Precondition: width and height are positive, and there is one byte a pixel.
  public static func grayscale(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
    encode(width, height, pixels, channels: 1, colourType: 0)
  }

  /// A coloured picture, row after row from the top: red, green and blue for each pixel.
  ///
  /// - Precondition: width and height are positive, and there are three bytes a pixel.
  public static func rgb(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
    encode(width, height, pixels, channels: 3, colourType: 2)
  }

  private static func encode(
    _ width: Int, _ height: Int, _ pixels: [UInt8], channels: Int, colourType: UInt8
  ) -> [UInt8] {
    precondition(
      width > 0 && height > 0 && width < 1 << 31 && height < 1 << 31
        && pixels.count == width * height * channels,
      "\(pixels.count) bytes for \(width) x \(height) pixels of \(channels) channels")
    let rowSize = width * channels
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (rowSize + 1))
    for y in 0..<height {
      rows.append(0)  // Filter "none": plots and heat maps compress well without.
      rows += pixels[y * rowSize..<(y + 1) * rowSize]
    }
    return [0x89] + "PNG\r\n\u{1A}\n".utf8
      + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, colourType, 0, 0, 0])
      + chunk("IDAT", Zlib.deflate(rows, .zlib, level: 9)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = type.utf8 + data
    return bigEndian(data.count) + body + bigEndian(Int(Zlib.checksum(body)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
