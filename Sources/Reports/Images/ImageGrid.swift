/// Small gray images in rows, as one drawing with crisp pixels.
///
/// A pixel that is not a number is left transparent; values outside the range are
/// shown as its ends.
public struct ImageGrid: Sendable, Equatable {
  /// A row of images with a name.
  public struct Row: Sendable, Equatable {
    /// The text to the left of the row.
    public var label: String
    /// The images: each `width × height` values, row after row from the top.
    public var images: [[Double]]

    /// A row of `images`.
    public init(_ label: String, images: [[Double]]) {
      self.label = label
      self.images = images
    }
  }

  /// The heading; also what a screen reader announces.
  public var title: String
  /// A sentence for readers who cannot see the drawing.
  public var description: String
  /// The rows from the top.
  public var rows: [Row]
  /// The width of every image.
  public var width: Int
  /// The height of every image.
  public var height: Int
  /// The values shown as the two ends of the gray scale.
  public var range: ClosedRange<Double>
  /// Whether the upper end is black, like ink on paper, or white.
  public var isHighDark: Bool
  /// The side of a pixel in the drawing.
  public var pixelSize: Double

  private static let gap = 2

  /// A grid of images of one size.
  public init(
    title: String, description: String = "", rows: [Row], width: Int, height: Int,
    range: ClosedRange<Double>, isHighDark: Bool = true, pixelSize: Double = 4
  ) {
    precondition(width > 0 && height > 0, "images of \(width) × \(height) pixels")
    precondition(pixelSize > 0 && range.upperBound.isFinite && range.lowerBound.isFinite)
    for image in rows.lazy.flatMap(\.images) {
      precondition(image.count == width * height, "an image of \(image.count) values")
    }
    self.title = title
    self.description = description
    self.rows = rows
    self.width = width
    self.height = height
    self.range = range
    self.isHighDark = isHighDark
    self.pixelSize = pixelSize
  }

  /// The drawing as a self-contained SVG document.
  public func svg() -> String {
    let columns = rows.map(\.images.count).max() ?? 0
    let labelWidth = rows.map { TextMetrics.width($0.label, size: 12) }.max() ?? 0
    let left = labelWidth > 0 ? (labelWidth + 10).rounded(.up) : 0
    let cell = Double(height + Self.gap) * pixelSize
    // The gaps between images are pixels of the sheet, left transparent.
    let sheetWidth = Double(max(columns * (width + Self.gap) - Self.gap, 1)) * pixelSize
    let total = max(left + sheetWidth, 160)
    let titleLines = TextMetrics.wrap(title, size: 14, bold: true, limit: total)
    let top = Double(titleLines.count) * 18 + 8
    var body = titleLines.enumerated().map { row, line in
      SVG.text(
        line, x: 0, y: 13 + Double(row) * 18, size: 14, attributes: " font-weight=\"600\"")
    }
    for (index, row) in rows.enumerated() {
      let middle = top + Double(index) * cell + Double(height) * pixelSize / 2
      body.append(SVG.text(row.label, x: left - 10, y: middle + 4.2, size: 12, anchor: "end"))
    }
    if columns > 0 {
      let sheet = Base64.encode(pngSheet(columns: columns))
      let sheetHeight = Double(rows.count) * cell - Double(Self.gap) * pixelSize
      body.append(
        "<image x=\"\(SVG.number(left))\" y=\"\(SVG.number(top))\""
          + " width=\"\(SVG.number(sheetWidth))\" height=\"\(SVG.number(sheetHeight))\""
          // The attribute is for renderers that know only SVG 1.1; the style wins elsewhere.
          + " preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\""
          + " style=\"image-rendering:pixelated\""
          + " href=\"data:image/png;base64,\(sheet)\"/>")
    }
    return SVG.open(
      width: total, height: top + max(Double(rows.count) * cell, 1), title: title,
      description: description)
      + "<g class=\"fd-ink\" color=\"#1b1f24\">" + body.joined(separator: "\n") + "</g>\n</svg>\n"
  }

  private func pngSheet(columns: Int) -> [UInt8] {
    let sheetWidth = columns * (width + Self.gap) - Self.gap
    let sheetHeight = rows.count * (height + Self.gap) - Self.gap
    var gray = [UInt8](repeating: 0, count: sheetWidth * sheetHeight)
    for (row, images) in rows.map(\.images).enumerated() {
      for (column, image) in images.enumerated() {
        let origin = row * (height + Self.gap) * sheetWidth + column * (width + Self.gap)
        for (index, value) in image.enumerated() {
          gray[origin + index / width * sheetWidth + index % width] = shade(value)
        }
      }
    }
    return PNG.encode(gray: gray, width: sheetWidth, height: sheetHeight)
  }

  /// Gray 1 … 255; 0 is kept for transparency.
  private func shade(_ value: Double) -> UInt8 {
    guard !value.isNaN else { return 0 }
    let span = range.upperBound - range.lowerBound
    let place = span > 0 ? min(max((value - range.lowerBound) / span, 0), 1) : 0.5
    return UInt8(1 + ((isHighDark ? 1 - place : place) * 254).rounded())
  }
}
