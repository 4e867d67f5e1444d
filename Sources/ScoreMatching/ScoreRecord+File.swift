import Formats
import Stability

extension ScoreRecord {
  private static let losses = ["training", "held_out"]

  /// The record as metadata of a file.
  var metadata: [String: String] {
    var entries = [
      "format": LearnedScoreFile.format, "activation": "squareplus",
      "hidden_widths": recipe.hiddenWidths.map(String.init).joined(separator: ","),
      "steps": "\(recipe.steps)", "batch": "\(recipe.batch)",
      "learning_rate": "\(recipe.learningRate)", "held_out": "\(recipe.heldOut)",
      "seed": "\(seed)", "rows": "\(rows)", "step": "\(step)",
    ]
    for (name, loss) in zip(Self.losses, [training, heldOut]) {
      guard let loss else { continue }
      for (kind, estimate) in [("loss", loss.loss), ("relative_loss", loss.relative)] {
        entries["\(name)_\(kind)"] = "\(estimate.value)"
        entries["\(name)_\(kind)_standard_error"] = "\(estimate.standardError)"
      }
    }
    return entries
  }

  /// Decodes the metadata of a file, all of it.
  init(_ metadata: [String: String], path: String) throws(FormatError) {
    var unread = Set(metadata.keys)
    func text(_ key: String) throws(FormatError) -> String {
      unread.remove(key)
      guard let text = metadata[key] else {
        throw LearnedScoreFile.refuse(path, "__metadata__.\(key)", "is missing")
      }
      return text
    }
    func number<T: LosslessStringConvertible>(_ key: String) throws(FormatError) -> T {
      let text = try text(key)
      guard let value = T(text) else {
        throw LearnedScoreFile.refuse(path, "__metadata__.\(key)", "is \"\(text)\"")
      }
      return value
    }
    func loss(_ name: String) throws(FormatError) -> Loss? {
      guard metadata["\(name)_loss"] != nil else { return nil }
      func estimate(_ kind: String) throws(FormatError) -> Estimate {
        Estimate(
          value: try number("\(name)_\(kind)"),
          standardError: try number("\(name)_\(kind)_standard_error"))
      }
      return Loss(loss: try estimate("loss"), relative: try estimate("relative_loss"))
    }
    for (key, value) in [("format", LearnedScoreFile.format), ("activation", "squareplus")] {
      guard try text(key) == value else {
        throw LearnedScoreFile.refuse(path, "__metadata__.\(key)", "is not \(value)")
      }
    }
    var recipe = ScoreRecipe()
    let widths = try text("hidden_widths").split(separator: ",").map { Int($0) ?? 0 }
    recipe.hiddenWidths = widths
    recipe.steps = try number("steps")
    recipe.batch = try number("batch")
    recipe.learningRate = try number("learning_rate")
    recipe.heldOut = try number("held_out")
    if let problem = recipe.problem { throw LearnedScoreFile.refuse(path, "__metadata__", problem) }
    self.init(
      recipe: recipe, seed: try number("seed"), rows: try number("rows"),
      step: try number("step"), training: try loss(Self.losses[0]),
      heldOut: try loss(Self.losses[1]))
    guard (0...recipe.steps).contains(step), rows > 0 else {
      throw LearnedScoreFile.refuse(path, "__metadata__.step", "is \(step) of \(recipe.steps)")
    }
    if let odd = unread.sorted().first {
      throw LearnedScoreFile.refuse(path, "__metadata__.\(odd)", "is unknown")
    }
  }
}
