/// Widths of text without a font at hand.
///
/// SVG text is set by whichever sans font the reader has; these advances are those
/// of a wide one (DejaVu Sans), so that what fits here fits elsewhere.
package enum TextMetrics {
  /// The family used in every drawing and page.
  static let family =
    "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

  package static func width(_ text: String, size: Double, bold: Bool = false) -> Double {
    let advance = text.unicodeScalars.reduce(0) { $0 + self.advance($1) }
    return advance * size * (bold ? 1.11 : 1)
  }

  /// Breaks text at spaces into lines no wider than `limit`, where words allow it.
  static func wrap(_ text: String, size: Double, bold: Bool = false, limit: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, width("\(last) \(word)", size: size, bold: bold) <= limit {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", "|": 0.29
    case " ", ".", ",", ":", ";", "!", "/", "I", "\u{202F}": 0.34
    case "f", "t", "r", "(", ")", "[", "]", "-", "`": 0.40
    case "m", "W", "M", "%", "@": 0.95
    case "w", "−", "+", "=", "<", ">", "±", "∞", "·", "×": 0.83
    case "A"..."Z": 0.71
    case "c", "k", "s", "v", "x", "y", "z": 0.57
    case "a"..."z", "0"..."9": 0.62
    default: scalar.value > 0x2E80 ? 1.05 : 0.68
    }
  }
}
