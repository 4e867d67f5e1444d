import Distillation
import Formats
import RealModule
import Stability

extension ReproductionPlan {
  /// The tables of what is finished: first those with the columns of the published tables, then what
  /// those lack.
  public func tables(_ results: [CellResult]) -> [ExperimentTable] {
    let groups = ResultGroup.all(results, of: self)
    let tables: [ExperimentTable]
    switch experiment {
    case .score: tables = [scoreTable(groups, by: "sigma0"), scoreTable(groups, by: "width")]
    case .oneStep: tables = [oneStepTable(groups)]
    case .depth: tables = [depthTable(groups)]
    case .grids: tables = [gridTable(groups), baselineTable(groups)]
    }
    return (tables + [runTable(results)]).filter { !$0.rows.isEmpty }
  }

  /// The columns of an error against the exact flow map, in tables of another teacher.
  private var trueHeader: [String] { teacher == .published ? ["true_mean", "true_std"] : [] }

  private func trueColumns(_ group: ResultGroup) -> [String] {
    guard teacher == .published else { return [] }
    return group.trueError.map { Array($0.columns.dropFirst()) } ?? ["", ""]
  }

  private func scoreTable(_ groups: [ResultGroup], by name: String) -> ExperimentTable {
    let sizes = ExperimentSizes(experiment, scale)
    let (other, fixed) =
      name == "sigma0" ? ("width", "\(sizes.width)") : ("sigma0", CellKey.text(0.1))
    return ExperimentTable(
      name: "score_\(name)",
      header: [name, "t/T", "mean±std", "mean", "std", "n_trials", "depth", other],
      rows: groups.filter { $0[other] == fixed }.sorted(by: name, "t").compactMap { group in
        group.error.map {
          [group[name], group["t"]] + $0.columns + ["\($0.count)", "4", fixed]
        }
      })
  }

  private func oneStepTable(_ groups: [ResultGroup]) -> ExperimentTable {
    let sizes = ExperimentSizes(experiment, scale)
    let delta = DecimalExpansion.scientific(.log(2) / 10, decimals: 8)
    return ExperimentTable(
      name: "one-step",
      header: [
        "sigma0", "B", "mean±std", "mean", "std", "n_trials", "depth", "width", "delta",
        "teacher_steps", "mu_seed",
      ] + trueHeader,
      rows: groups.compactMap { group in
        group.error.map {
          [group["sigma0"], group["B"]] + $0.columns + [
            "\($0.count)", "4", "\(sizes.width)", delta,
            teacher == .published ? "10" : "error-controlled", "0",
          ] + trueColumns(group)
        }
      })
  }

  private func depthTable(_ groups: [ResultGroup]) -> ExperimentTable {
    ExperimentTable(
      name: "depth",
      header: ["arch", "n_blocks", "mean±std", "mean", "std", "n_trials"] + trueHeader,
      rows: groups.compactMap { group in
        group.error.map {
          [group["arch"], group["n_blocks"]] + $0.columns + ["\($0.count)"] + trueColumns(group)
        }
      })
  }

  private func gridTable(_ groups: [ResultGroup]) -> ExperimentTable {
    ExperimentTable(
      name: "grids",
      header: [
        "grid", "sigma0", "n", "relmse_mean±std", "relmse_mean", "relmse_std", "nll0_mean±std",
        "nll0_mean", "nll0_std", "n_trials",
      ] + trueHeader,
      rows: groups.filter { $0["student"] == "separate" && $0["states"] == "exact" }
        .compactMap { group in
          guard let error = group.error, let nll = group.statistics("nll") else { return nil }
          return [group["grid"], group["sigma0"], group["n"]] + error.columns + nll.columns
            + ["\(error.count)"] + trueColumns(group)
        })
  }

  /// Grids, sharing and states side by side, at equal training budget.
  private func baselineTable(_ groups: [ResultGroup]) -> ExperimentTable {
    ExperimentTable(
      name: "baselines",
      header: [
        "grid", "n", "student", "states", "parameters", "relmse_mean", "relmse_std", "nll0_mean",
        "nll0_std", "energy_distance_mean", "energy_distance_std", "n_trials",
      ],
      rows: groups.compactMap { group in
        guard let error = group.error, let nll = group.statistics("nll"),
          let distance = group.statistics("energy_distance"), let first = group.results.first
        else { return nil }
        return [
          group["grid"], group["n"], group["student"], group["states"], "\(first.parameters)",
        ] + error.columns.dropFirst() + nll.columns.dropFirst() + distance.columns.dropFirst()
          + ["\(error.count)"]
      })
  }

  /// Every finished cell with all that was measured.
  private func runTable(_ results: [CellResult]) -> ExperimentTable {
    let keys = results.first?.keys.map(\.name) ?? []
    var names: [String] = []
    for result in results {
      for measurement in result.measurements where !names.contains(measurement.name) {
        names.append(measurement.name)
      }
    }
    return ExperimentTable(
      name: "runs",
      header: keys + names.flatMap { [$0, "\($0)_standard_error"] }
        + ["steps", "parameters", "seconds"],
      rows: results.map { result in
        keys.map { result[$0] ?? "" }
          + names.flatMap { name in
            result.measured(name).map { ["\($0.value)", "\($0.standardError)"] } ?? ["", ""]
          } + ["\(result.steps)", "\(result.parameters)", "\(result.seconds)"]
      })
  }
}

extension [ResultGroup] {
  /// In ascending order of the numbers under some names.
  fileprivate func sorted(by names: String...) -> [ResultGroup] {
    func numbers(_ group: ResultGroup) -> [Double] { names.map { Double(group[$0]) ?? 0 } }
    return sorted { numbers($0).lexicographicallyPrecedes(numbers($1)) }
  }
}
