import Formats
import Mixtures

/// The grid file itself.
public enum JSONExport: GridExport {
  public static let name = "json"
  public static let summary = "the grid file, flowdistill.grid/1"

  public static func export(_ grid: TimeGrid, _ options: GridExportOptions) -> ExportedGrid {
    ExportedGrid(
      grid.json.text(.pretty), "times of the process, descending, n + 1 of them for n segments")
  }
}

/// A table with the columns t, noise_level, alpha and sigma.
public enum CSVExport: GridExport {
  public static let name = "csv"
  public static let summary = "a table of t, noise_level, alpha and sigma"

  public static func export(_ grid: TimeGrid, _ options: GridExportOptions) -> ExportedGrid {
    let rows = zip(grid.times, grid.noiseLevels).map { t, level in
      [t, level, grid.process.alpha(t), grid.process.sigmaSquared(t).squareRoot()].map { "\($0)" }
    }
    let text = CSV.text(header: ["t", "noise_level", "alpha", "sigma"], rows: rows)
    return ExportedGrid(
      String(text.dropLast()),
      "times of the process, descending, n + 1 rows for n segments; inf where alpha is 0")
  }
}
