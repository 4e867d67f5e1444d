import Mixtures

extension TimeGrid {
  /// The noise level σ̂ = σ/α of each time; infinite where α = 0.
  public var noiseLevels: [Double] { times.map { process.noiseLevel($0) } }

  /// The time σ/(α + σ) of rectified flow at the noise level of each time.
  public var flowTimes: [Double] { times.map { process.flowTime($0) } }

  /// Whether it ends at noise level 0.
  var endsAtZero: Bool { end == 0 }

  /// The noise levels, for a reader that knows no infinite one.
  func finiteNoiseLevels(for export: any GridExport.Type) throws(ScheduleError) -> [Double] {
    let levels = noiseLevels
    guard levels[0].isFinite else {
      throw .unexportable(
        format: export.name,
        reason: "has no infinite noise level, which \(process.name) reaches at T = "
          + "\(process.horizon); use a smaller --horizon")
    }
    return levels
  }

  /// The levels as programs count them that run several kinds of model: the time of a rectified flow,
  /// the noise level of any other.
  func modelLevels(
    for export: any GridExport.Type
  ) throws(ScheduleError) -> (levels: [Double], meaning: String) {
    process is RectifiedFlow
      ? (flowTimes, "times of a flow model, 1 to 0")
      : (try finiteNoiseLevels(for: export), "noise levels sigma/alpha")
  }

  /// How a list of n + 1 levels ends, as a phrase.
  var ending: String {
    endsAtZero
      ? "the last is 0"
      : "the last is the end of the grid, above 0, where the sampler stops"
  }
}

/// [a, b, c], as Python and JSON read it.
func listText(_ values: [Double]) -> String {
  "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
}

/// A number without an exponent, for readers that take digits and points only.
func plainDecimal(_ value: Double) -> String {
  let text = "\(value)"
  guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...])
  else { return text }
  var digits = text[..<mark].split(separator: ".").map(String.init)
  if digits.count == 1 { digits.append("") }
  if digits[1] == "0" { digits[1] = "" }
  if exponent < 0 {
    return "0." + String(repeating: "0", count: -exponent - 1) + digits[0] + digits[1]
  }
  let zeros = max(0, exponent - digits[1].count)
  return digits[0] + digits[1] + String(repeating: "0", count: zeros) + ".0"
}
