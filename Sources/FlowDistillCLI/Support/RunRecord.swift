import ArgumentParser
import FlowDistill

/// When, where and with what a run was made; nothing in it influences results.
struct RunRecord {
  let seconds: Double
  let resumed: Bool
  let steps: Int?

  func json(_ plan: DistillationPlan) -> JSON {
    [
      "format": "flowdistill.record/1",
      "version": .string(FlowDistillCommand.configuration.version),
      "seconds_of_last_session": .number(seconds), "resumed": .bool(resumed),
      "threads": .integer(Parallel.threadCount), "processors": .integer(Parallel.processorCount),
      "blas": .string(BLAS.description),
    ]
  }
}
