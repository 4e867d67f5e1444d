/// The colours of series: Okabe and Ito (2008), told apart by all readers.
///
/// A drawing carries the light-page colour itself, so that it stands alone; a page
/// may override it by the class, as ``Plot/styleSheet`` does for dark mode.
public enum PlotColor: String, Sendable, Equatable, CaseIterable {
  /// Okabe–Ito blue.
  case blue
  /// Okabe–Ito vermillion.
  case vermillion
  /// Okabe–Ito bluish green.
  case green
  /// Okabe–Ito reddish purple.
  case purple
  /// Okabe–Ito orange.
  case orange
  /// Okabe–Ito sky blue.
  case sky
  /// The colour of text, for references and limits.
  case ink
  /// Okabe–Ito yellow; weak on white, so it comes last.
  case yellow
  /// A gray that steps back, for what is shown only to be compared with.
  case gray

  /// Colour number `index` of the cycle in which series without a colour take theirs; gray is not in it.
  public static func cycle(_ index: Int) -> PlotColor { allCases[index % (allCases.count - 1)] }

  /// On a white page.
  var light: String {
    switch self {
    case .blue: "#0072b2"
    case .vermillion: "#d55e00"
    case .green: "#009e73"
    case .purple: "#cc79a7"
    case .orange: "#e69f00"
    case .sky: "#56b4e9"
    case .ink: "#1b1f24"
    case .yellow: "#d9c900"
    case .gray: "#b4bbc3"
    }
  }

  /// On a dark page: the same hues, the darkest ones lifted until they can be seen.
  var dark: String {
    switch self {
    case .blue: "#3d9bdc"
    case .vermillion: "#f07a2e"
    case .green: "#1fbf92"
    case .purple: "#dd94bb"
    case .ink: "#e4e8ec"
    case .yellow: "#f0e442"
    case .gray: "#59626c"
    case .orange, .sky: light
    }
  }

  var openGroup: String { "<g class=\"fd-\(rawValue)\" color=\"\(light)\">" }
}

extension Plot {
  /// Style rules for pages that hold drawings inline: they follow the page's colours.
  public static var styleSheet: String {
    let dark = PlotColor.allCases.map { ".fd-\($0.rawValue){color:\($0.dark)}" }.joined()
    return """
      .fd-paper{fill:none}
      @media screen and (prefers-color-scheme:dark){
      .fd-axis{color:#a9b1ba}.fd-grid{color:#333a42}.fd-halo{stroke:#14171a}
      \(dark)
      }
      """
  }
}
