/// The few SVG elements that drawings are made of; colours come from the enclosing group.
enum SVG {
  static func number(_ value: Double) -> String { Markup.coordinate(value) }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, width: Double,
    dash: Plot.Series.Dash = .solid
  ) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\""
      + " stroke=\"currentColor\" stroke-width=\"\(number(width))\"\(dash.attribute)/>"
  }

  static func path(_ data: String, width: Double, dash: Plot.Series.Dash = .solid) -> String {
    guard !data.isEmpty else { return "" }
    return "<path d=\"\(data)\" fill=\"none\" stroke=\"currentColor\""
      + " stroke-width=\"\(number(width))\" stroke-linejoin=\"round\""
      + " stroke-linecap=\"\(dash == .solid ? "round" : "butt")\"\(dash.attribute)/>"
  }

  static func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, opacity: Double
  ) -> String {
    "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(width, 0)))\""
      + " height=\"\(number(max(height, 0)))\" fill=\"currentColor\""
      + " fill-opacity=\"\(number(opacity))\"/>"
  }

  static func text(
    _ text: String, x: Double, y: Double, size: Double, anchor: String = "start",
    attributes: String = ""
  ) -> String {
    rawText(Markup.escape(text), x: x, y: y, size: size, anchor: anchor, attributes: attributes)
  }

  /// Text whose content is markup already.
  static func rawText(
    _ content: String, x: Double, y: Double, size: Double, anchor: String = "start",
    attributes: String = ""
  ) -> String {
    let place = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    return "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\"\(place)"
      + "\(attributes) fill=\"currentColor\">\(content)</text>"
  }

  static func errorBar(
    _ x: Double, _ top: Double, _ bottom: Double, caps: (top: Bool, bottom: Bool)
  ) -> String {
    var data = "M\(number(x)) \(number(top))V\(number(bottom))"
    if caps.top { data += "M\(number(x - 3.5)) \(number(top))h7" }
    if caps.bottom { data += "M\(number(x - 3.5)) \(number(bottom))h7" }
    return path(data, width: 1.5)
  }

  /// A point's sign, with a rim in the page's colour that keeps neighbours apart.
  static func marker(_ marker: Plot.Series.Marker, _ x: Double, _ y: Double) -> String {
    let (px, py) = (number(x), number(y))
    let rim = " fill=\"currentColor\" class=\"fd-halo\" stroke=\"#ffffff\" stroke-width=\"0.8\"/>"
    switch marker {
    case .circle: return "<circle cx=\"\(px)\" cy=\"\(py)\" r=\"3.6\"\(rim)"
    case .square: return "<path d=\"M\(px) \(py)m-3.3 -3.3h6.6v6.6h-6.6z\"\(rim)"
    case .diamond: return "<path d=\"M\(px) \(py)m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z\"\(rim)"
    case .triangle: return "<path d=\"M\(px) \(py)m0 -4.4l4.2 7.4h-8.4z\"\(rim)"
    case .cross:
      return path("M\(px) \(py)m-3.4 -3.4l6.8 6.8m0 -6.8l-6.8 6.8", width: 1.8)
    }
  }

  /// The opening of a drawing: its size, its name and its description.
  static func open(width: Double, height: Double, title: String, description: String) -> String {
    let (w, h) = (number(width), number(height))
    let name = Markup.escape(title)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="fd-figure" role="img" aria-label="\(name)" \
      width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" font-family="\(TextMetrics.family)">
      <title>\(name)</title>
      <desc>\(Markup.escape(description))</desc>
      <rect class="fd-paper" width="\(w)" height="\(h)" fill="#ffffff"/>

      """
  }
}

extension Plot.Series.Dash {
  var attribute: String {
    switch self {
    case .solid: ""
    case .dashed: " stroke-dasharray=\"6 4\""
    case .dotted: " stroke-dasharray=\"1.5 3\""
    }
  }
}
