extension String {
  /// Filled with spaces up to a width.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Double {
  /// Three significant digits.
  var short: String {
    guard isFinite, self != 0 else { return "\(self)" }
    let size = abs(self)
    if size >= 1e6 || size < 1e-3 {
      var exponent = 0
      var mantissa = self
      while abs(mantissa) >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      while abs(mantissa) < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
      return "\(mantissa.fixed(2))e\(exponent)"
    }
    let digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 4
    return fixed(digits)
  }

  private func fixed(_ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(self) * scale).rounded())
    let sign = self < 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let part = "\(whole % Int(scale))"
    return "\(sign)\(whole / Int(scale))."
      + String(repeating: "0", count: digits - part.count) + part
  }
}
