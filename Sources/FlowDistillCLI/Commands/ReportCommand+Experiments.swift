import ArgumentParser
import FlowDistill

extension ReportCommand {
  /// Writes the page of the experiments in the folder.
  func reportExperiments() throws {
    let runOptions = [
      ("--data", data != nil), ("--columns and --rescale", selection.isGiven),
      ("--image-size", imageSize != nil), ("--measure", measure != nil),
    ]
    for (name, isGiven) in runOptions where isGiven {
      throw CommandError.usage(
        "\(name) goes with runs, and \(folder) holds experiments; leave it out")
    }
    let read = try ReportedExperiment.all(in: folder)
    try AtomicFile.checkWritable(output.output)
    let (page, seconds) = try timed {
      var experiments = read
      for i in experiments.indices where experiments[i].plan.experiment == .oneStep {
        experiments[i].mismatch = try MismatchTable(
          experiments[i].plan, results: experiments[i].results)
      }
      var report = ExperimentReport(experiments)
      if let title { report.title = title }
      report.provenance = provenance(experiments)
      return report.page().html()
    }
    try AtomicFile.write(page, to: output.output)
    Console.result(
      [
        "output": .string(output.output), "experiments": .integer(read.count),
        "cells": .integer(read.reduce(0) { $0 + $1.results.count }),
        "bytes": .integer(page.utf8.count), "seconds": .number(seconds),
      ], asJSON: common.json
    ) {
      let names = read.map { "experiment \($0.plan.experiment.number)" }
      return ["\(output.output): \(names.joined(separator: ", "))"]
    }
  }

  private func provenance(
    _ experiments: [ReportedExperiment]
  ) -> [(name: String, value: String)] {
    [
      ("software", "FlowDistill \(FlowDistillCommand.configuration.version)"),
      ("linear algebra", BLAS.description), ("experiments", folder),
    ]
      + experiments.map { experiment in
        let plan = experiment.plan
        return (
          experiment.name,
          "\(plan.experiment.rawValue), scale \(plan.scale.rawValue), teacher "
            + "\(plan.teacher.rawValue), \(experiment.results.count) cells"
        )
      } + [
        (
          "published numbers",
          "GeminiLiming/quantitative-flow-distillation (MIT licence, copyright 2026 GeminiLiming)"
        )
      ]
  }
}
