/// A self-contained report page: no scripts, no fonts, no other files.
///
/// All text is plain text and is escaped; only figures carry markup, and that comes
/// from ``Plot`` and ``ImageGrid``. The page is well-formed XML as well as HTML.
public struct HTMLReport: Sendable, Equatable {
  /// The title of page and window.
  public var title: String
  /// One paragraph that says what was done and found.
  public var lead: String
  /// The body.
  public var sections: [Section]
  /// How the page came about: command, seed, versions, dates, as names and values.
  public var provenance: [(name: String, value: String)]

  /// A report of `sections`.
  public init(
    title: String, lead: String, sections: [Section],
    provenance: [(name: String, value: String)] = []
  ) {
    self.title = title
    self.lead = lead
    self.sections = sections
    self.provenance = provenance
  }

  /// Whether two reports make the same page.
  public static func == (left: HTMLReport, right: HTMLReport) -> Bool {
    left.title == right.title && left.lead == right.lead && left.sections == right.sections
      && left.provenance.elementsEqual(right.provenance, by: ==)
  }

  /// The page.
  public func html() -> String {
    let title = Markup.escape(title)
    let body = sections.enumerated().map { $0.element.html(number: $0.offset + 1) }
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(title)</title>
      <style>
      \(StyleSheet.page)
      \(Plot.styleSheet)
      </style>
      </head>
      <body>
      <main>
      <header>
      <h1>\(title)</h1>
      \(Block.paragraphs(lead, class: "lead"))
      \(key)
      </header>
      \(body.joined(separator: "\n"))
      </main>
      \(footer)
      </body>
      </html>

      """
  }

  /// What the badges mean, said once, if there are any.
  private var key: String {
    let used = NumberKind.allCases.filter { kind in
      sections.contains { $0.blocks.contains { $0.uses(kind) } }
    }
    guard !used.isEmpty else { return "" }
    return "<p class=\"key\">"
      + used.map { "<span>\($0.badge) \($0.explanation)</span>" }.joined(separator: " ") + "</p>"
  }

  private var footer: String {
    guard !provenance.isEmpty else { return "" }
    let entries = provenance.map {
      "<div><dt>\(Markup.escape($0.name))</dt><dd>\(Markup.escape($0.value))</dd></div>"
    }
    let list = "<dl>\n\(entries.joined(separator: "\n"))\n</dl>"
    return "<footer>\n<h2>Provenance</h2>\n\(list)\n</footer>"
  }
}

/// What stands behind a number: every number of a report is one or the other.
public enum NumberKind: String, Sendable, Equatable, CaseIterable {
  /// Proved: for all inputs, in expectation, or with a stated probability.
  case certificate
  /// Measured on samples; it comes with its standard error.
  case estimate

  var explanation: String {
    switch self {
    case .certificate: "proved bound"
    case .estimate: "measured, ± one standard error"
    }
  }

  var badge: String { "<span class=\"badge \(rawValue)\">\(rawValue)</span>" }
}
