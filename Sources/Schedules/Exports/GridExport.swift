public import Formats

/// A form in which another program takes a grid.
///
/// To add one, write a type that conforms and add it to `GridExports.all`: the command line, the tests and
/// the documentation read that list. Numbers have the fewest digits that read back as the same
/// doubles; rounding is the reader's.
public protocol GridExport: Sendable {
  /// The name on the command line.
  static var name: String { get }
  /// One line for people: who reads it and where.
  static var summary: String { get }
  /// Whether it heeds the shift of the options.
  static var takesShift: Bool { get }
  /// Whether it heeds the table of the options.
  static var takesTable: Bool { get }
  /// The grid in this form.
  ///
  /// - Throws: `.unexportable` where the reader has no place for one of the grid's times.
  static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid
}

extension GridExport {
  public static var takesShift: Bool { false }
  public static var takesTable: Bool { false }
}

/// What an export must know about its reader.
public struct GridExportOptions: Sendable {
  /// The shift that the reader will apply to flow times.
  public var shift = 1.0
  /// The timesteps of the reader's model.
  public var table = TimestepTable.stableDiffusion

  /// No shift, and the table of Stable Diffusion.
  public init() {}
}

/// A grid as another program takes it.
public struct ExportedGrid: Sendable, Equatable {
  /// What to hand over, without a last line feed.
  public let text: String
  /// What the numbers are and where they end, in a sentence.
  public let convention: String
  /// What the reader will do otherwise than the grid says.
  public let warnings: [String]

  init(_ text: String, _ convention: String, warnings: [String] = []) {
    (self.text, self.convention, self.warnings) = (text, convention, warnings)
  }

  /// The export as JSON: `text`, `convention` and `warnings`.
  public var json: JSON {
    [
      "text": .string(text), "convention": .string(convention),
      "warnings": .array(warnings.map { .string($0) }),
    ]
  }
}

/// All exports.
public enum GridExports {
  /// In the order in which they are listed to users.
  public static let all: [any GridExport.Type] = [
    KDiffusionExport.self, ComfyUIExport.self, DiffusersEulerExport.self,
    DiffusersFlowExport.self, DiffusersTimestepsExport.self, EDMExport.self, GITSExport.self,
    StableDiffusionCppExport.self, FlowTimeGridExport.self, JSONExport.self, CSVExport.self,
  ]

  /// The export of that name, if there is one.
  public static func named(_ name: String) -> (any GridExport.Type)? {
    all.first { $0.name == name }
  }
}
