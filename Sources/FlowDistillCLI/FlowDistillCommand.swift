import ArgumentParser
import FlowDistill

/// The command line: parse, call, print.
///
/// Everything worth testing alone lives in the library.
@main
struct FlowDistillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowdistill",
    abstract: "Few-step diffusion sampling without guesswork.",
    discussion: """
      Takes data or a Gaussian mixture, bounds how unstable its probability-flow ODE is, chooses a \
      time grid from that, distils one student network per segment and measures how well the \
      students reproduce the teacher. Every number is a certificate (proved) or an estimate (with \
      its standard error), and says which.

      Example:
        flowdistill distill paper:0 --segments 4 --rule stability --steps 2000 -o run
        flowdistill evaluate run
      """,
    version: "0.1.0",
    subcommands: [
      FitCommand.self, SampleCommand.self, EvaluateFieldCommand.self, TransportCommand.self,
      StabilityCommand.self, MismatchCommand.self, GridCommand.self, CompareGridsCommand.self,
      ConstructCommand.self, LearnCommand.self, DistillCommand.self, EvaluateCommand.self,
      GenerateCommand.self,
      ReproduceCommand.self, ReportCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      // Not before: help and usage errors need no kernels.
      FasterKernels.startOverIfNeeded()
      HeapMemory.keepFreed()
      try command.run()
    } catch {
      ExitStatus.exit(after: error)
    }
  }
}
