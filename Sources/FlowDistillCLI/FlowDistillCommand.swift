import ArgumentParser

@main
struct FlowDistillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowdistill", abstract: "Few-step diffusion sampling without guesswork.")
}
