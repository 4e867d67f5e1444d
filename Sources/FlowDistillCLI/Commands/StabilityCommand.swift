import ArgumentParser
import FlowDistill
import RealModule

struct StabilityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stability",
    abstract: "Certify how much the flow of a mixture can amplify errors.",
    discussion: """
      Prints the information certificate (typical amplification, and for 99 % of the samples), the \
      worst-case Lipschitz bounds and their integrals. These are certificates: proved from the \
      mixture's parameters, without sampling. With --measure, what really happens on samples stands \
      beside them, with standard errors and the ratio of bound to measurement. State variables: the \
      process's own x.

      Example:
        flowdistill stability paper:0 --times 0,0.1,0.5,1
      """)

  @OptionGroup var mixture: MixtureOptions
  @Option(help: "Times, separated by commas (default: 14 from 0 to T).") var times: String?
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup(title: "Measurement") var measurement: MeasureOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let process = try process.make()
    let times = try parseTimes(process)
    let flow = ProbabilityFlow(try mixture.make(), process)
    let summary = StabilitySummary(flow, times: times)
    let measured = try measurement.comparison(flow, summary)
    Console.result(StabilityComparison.json(summary, measured), asJSON: common.json) {
      lines(summary, process.horizon) + (measured?.lines ?? [])
    }
  }

  private func parseTimes(_ process: any ForwardProcess) throws -> [Double] {
    guard let times else {
      return [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
        .map { $0 * process.horizon }
    }
    return try times.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let t = Double(part.filter { $0 != " " }) else {
        throw CommandError.usage("--times holds \"\(part)\"; use numbers separated by commas")
      }
      try ProcessOptions.check(t, option: "--times", process)
      return t
    }
  }

  private func lines(_ summary: StabilitySummary, _ horizon: Double) -> [String] {
    func number(_ value: Double) -> String { NumberText.significant(value, digits: 5) }
    var table = TextTable(["t", "L(t)", "one-sided", "A(t)", "information"])
    for i in summary.times.indices {
      table.append(
        [
          summary.times[i], summary.twoSided[i], summary.oneSided[i], summary.cumulative[i],
          summary.information[i],
        ].map(number))
    }
    return [
      "typical log-amplification  E log |D Phi_0<-T|  <= \(number(summary.typicalLogAmplification))"
        + "  (information certificate)"
    ] + averaged(summary) + [
      "worst case                 Lip Phi_0<-T        <= \(number(summary.oneSidedAmplification))"
        + "  (one-sided certificate)",
      "cumulative stability       A(T) = \(number(summary.cumulativeHorizon))"
        + "  (two-sided certificate), D = \(NumberText.fixed(summary.diameter, decimals: 4))",
      "",
    ] + table.lines + [
      "", "State variables: \(summary.state). Every number is a certificate.",
    ]
  }

  private func averaged(_ summary: StabilitySummary) -> [String] {
    var lines: [String] = []
    if let high = summary.highProbability {
      lines.append(
        "  for 99 % of the samples   log |D Phi_0<-T|    <= "
          + NumberText.significant(high.logAmplification, digits: 5)
          + "  (high-probability certificate)")
    }
    if let integral = summary.averagedIntegral {
      lines.append(
        "  drive of mode conflicts   integral of E rate  <= "
          + NumberText.significant(integral, digits: 5) + "  (averaged certificate)")
    }
    return lines
  }
}
