/// A table whose columns know what stands behind their numbers.
public struct Table: Sendable, Equatable {
  /// How a column stands.
  public enum Alignment: Sendable, Equatable {
    /// To the left.
    case text
    /// To the right, in figures of equal width.
    case number
  }

  /// A column's head.
  public struct Column: Sendable, Equatable {
    /// The heading.
    public var header: String
    /// How its cells stand.
    public var alignment: Alignment
    /// What stands behind all its numbers; shown as a badge below the heading.
    public var kind: NumberKind?
    /// A small remark below the heading, such as a unit.
    public var note: String

    /// A column of numbers unless said otherwise.
    public init(
      _ header: String, alignment: Alignment = .number, kind: NumberKind? = nil,
      note: String = ""
    ) {
      self.header = header
      self.alignment = alignment
      self.kind = kind
      self.note = note
    }
  }

  /// A cell's text and weight.
  public struct Cell: Sendable, Equatable, ExpressibleByStringLiteral {
    /// How much a cell stands out.
    public enum Emphasis: Sendable, Equatable {
      /// Not at all.
      case none
      /// In bold, as the best value of a comparison.
      case best
      /// Paler than the rest.
      case muted
    }

    /// The text, as ``NumberText`` writes numbers.
    public var text: String
    /// The weight.
    public var emphasis: Emphasis
    /// What stands behind this number, where a column mixes kinds.
    public var kind: NumberKind?

    /// A cell with `text`.
    public init(_ text: String, emphasis: Emphasis = .none, kind: NumberKind? = nil) {
      self.text = text
      self.emphasis = emphasis
      self.kind = kind
    }

    /// A plain cell.
    public init(stringLiteral value: String) { self.init(value) }
  }

  /// The title above the table.
  public var caption: String
  /// The heads of the columns.
  public var columns: [Column]
  /// The rows; each has a cell for every column.
  public var rows: [[Cell]]

  /// A table of `rows`.
  public init(caption: String = "", columns: [Column], rows: [[Cell]]) {
    for row in rows {
      precondition(row.count == columns.count, "\(row.count) cells under \(columns.count) heads")
    }
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  func html() -> String {
    let title = caption.isEmpty ? "" : "<caption>\(Markup.escape(caption))</caption>\n"
    let heads = columns.map { column in
      let note =
        column.note.isEmpty ? "" : "<span class=\"note\">\(Markup.escape(column.note))</span>"
      return "<th scope=\"col\"\(column.alignment.attribute())>\(Markup.escape(column.header))"
        + note + (column.kind?.badge ?? "") + "</th>"
    }
    let body = rows.map { row in
      let cells = zip(row, columns).map { cell, column in
        let text = Markup.escape(cell.text)
        let shown = cell.emphasis == .best ? "<strong>\(text)</strong>" : text
        let weight = cell.emphasis == .muted ? "muted" : nil
        // Before the number, so that numbers of a column keep their right edge.
        let badge = cell.kind.map { $0.badge + " " } ?? ""
        return "<td\(column.alignment.attribute(adding: weight))>\(badge)\(shown)</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="table" tabindex="0" role="region" aria-label="\(Markup.escape(regionName))">
      <table>
      \(title)<thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  /// Wide tables scroll sideways, so their frame can be reached by keyboard and has a name.
  private var regionName: String { caption.isEmpty ? "Table" : caption }
}

extension Table.Alignment {
  fileprivate func attribute(adding name: String? = nil) -> String {
    let names = [self == .number ? "number" : nil, name].compactMap { $0 }
    return names.isEmpty ? "" : " class=\"\(names.joined(separator: " "))\""
  }
}
