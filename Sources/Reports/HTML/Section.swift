/// A part of a report under a heading.
public struct Section: Sendable, Equatable {
  /// The heading.
  public var title: String
  /// The contents in order.
  public var blocks: [Block]

  /// A section of `blocks`.
  public init(title: String, blocks: [Block]) {
    self.title = title
    self.blocks = blocks
  }

  func html(number: Int) -> String {
    let content = blocks.map { $0.html() }.joined(separator: "\n")
    let heading = "<h2>\(Markup.escape(title))</h2>"
    return "<section id=\"section-\(number)\">\n\(heading)\n\(content)\n</section>"
  }
}

/// What a section is made of.
public enum Block: Sendable, Equatable {
  /// Paragraphs of plain text, separated by blank lines.
  case prose(String)
  /// Drawings side by side as far as the page is wide.
  case figures([Figure])
  /// A table.
  case table(Table)
  /// Key figures.
  case tiles([Tile])
  /// Text whose spaces and line ends count, such as a command and what it printed.
  case preformatted(String)

  func html() -> String {
    switch self {
    case .prose(let text): return Self.paragraphs(text)
    case .figures(let figures):
      return "<div class=\"figures\">\n\(figures.map { $0.html() }.joined(separator: "\n"))\n</div>"
    case .table(let table): return table.html()
    case .tiles(let tiles):
      return "<div class=\"tiles\">\n\(tiles.map { $0.html() }.joined(separator: "\n"))\n</div>"
    case .preformatted(let text): return "<pre>\(Markup.escape(text))</pre>"
    }
  }

  /// Whether a badge of this kind appears in the block.
  func uses(_ kind: NumberKind) -> Bool {
    switch self {
    case .prose, .figures, .preformatted: false
    case .tiles(let tiles): tiles.contains { $0.kind == kind }
    case .table(let table):
      table.columns.contains { $0.kind == kind }
        || table.rows.joined().contains { $0.kind == kind }
    }
  }

  package static func paragraphs(_ text: String, class name: String? = nil) -> String {
    var paragraphs: [[Substring]] = [[]]
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    let attribute = name.map { " class=\"\($0)\"" } ?? ""
    return paragraphs.filter { !$0.isEmpty }.map {
      "<p\(attribute)>\(Markup.escape($0.joined(separator: "\n")))</p>"
    }.joined(separator: "\n")
  }
}

/// A drawing with its caption.
public struct Figure: Sendable, Equatable {
  /// The drawing as SVG markup, put into the page as it is.
  public var svg: String
  /// The text below.
  public var caption: String

  /// A figure from a drawing made by ``Plot/svg()`` or ``ImageGrid/svg()``.
  public init(svg: String, caption: String = "") {
    self.svg = svg
    self.caption = caption
  }

  func html() -> String {
    let text = caption.isEmpty ? "" : "<figcaption>\(Markup.escape(caption))</figcaption>\n"
    return "<figure>\n\(svg)\(text)</figure>"
  }
}

/// A key figure: a large number under its name.
public struct Tile: Sendable, Equatable {
  /// What the number is.
  public var label: String
  /// The number, as ``NumberText`` writes it.
  public var value: String
  /// A few words below, such as the standard error or the setting.
  public var detail: String
  /// What stands behind the number.
  public var kind: NumberKind?

  /// A tile for one number.
  public init(label: String, value: String, detail: String = "", kind: NumberKind? = nil) {
    self.label = label
    self.value = value
    self.detail = detail
    self.kind = kind
  }

  func html() -> String {
    let detailText =
      detail.isEmpty ? "" : "<div class=\"detail\">\(Markup.escape(detail))</div>"
    return "<div class=\"tile\"><div class=\"label\">\(Markup.escape(label))</div>"
      + "<div class=\"value\">\(Markup.escape(value))</div>\(detailText)\(kind?.badge ?? "")</div>"
  }
}
