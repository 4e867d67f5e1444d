import ArgumentParser
import FlowDistill

/// In whose form the grid is printed.
struct GridExportCommandOptions: ParsableArguments {
  @Option(help: "Print the grid in another program's form; \"list\" names all.")
  var export: String?

  @Option(help: "diffusers-sigmas-flow: the shift of the scheduler that reads it (default 1).")
  var shift: Double?

  @Option(
    help: """
      diffusers-sigmas-euler, diffusers-timesteps: the betas of the model as \
      scaled_linear|linear,START,END,COUNT (default scaled_linear,0.00085,0.012,1000).
      """)
  var table: String?

  /// The export, nil if none is asked for, or a usage error.
  func make() throws -> GridExporter? {
    guard let export else {
      if shift != nil { throw CommandError.usage("--shift goes with --export") }
      if table != nil { throw CommandError.usage("--table goes with --export") }
      return nil
    }
    guard let type = GridExports.named(export) else {
      let names = GridExports.all.map { $0.name }.joined(separator: ", ")
      throw CommandError.usage("--export is \"\(export)\"; use one of \(names)")
    }
    var options = GridExportOptions()
    if let shift {
      guard type.takesShift else {
        throw CommandError.usage("--shift does not go with --export \(export)")
      }
      guard shift > 0, shift.isFinite else {
        throw CommandError.usage("--shift is \(shift); use a positive number")
      }
      options.shift = shift
    }
    if let table {
      guard type.takesTable else {
        throw CommandError.usage("--table does not go with --export \(export)")
      }
      options.table = try GridExportCommandOptions.parse(table)
    }
    return GridExporter(type: type, options: options)
  }

  private static func parse(_ text: String) throws -> TimestepTable {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let powers = ["scaled_linear": 2.0, "linear": 1.0]
    guard parts.count == 4, let power = powers[parts[0]], let start = Double(parts[1]),
      let end = Double(parts[2]), let count = Int(parts[3]), start > 0, start <= end, end < 1,
      (2...1_000_000).contains(count)
    else {
      throw CommandError.usage(
        "--table is \"\(text)\"; use scaled_linear or linear, two betas below 1 that ascend, and "
          + "the number of timesteps, such as scaled_linear,0.00085,0.012,1000")
    }
    return TimestepTable(betaStart: start, betaEnd: end, power: power, count: count)
  }
}

/// An export with its options.
struct GridExporter {
  let type: any GridExport.Type
  let options: GridExportOptions
}
