import Mixtures
import ProbabilityFlow
import Stability

/// Uniform in √t: t_k = ((1 − k/n) √T + (k/n) √end)².
///
/// `time_quadratic` of DPM-Solver (Lu et al., 2022), DDIM's choice for CIFAR-10.
public enum QuadraticRule: GridRule {
  public static let name = "quadratic"
  public static let summary = "equal steps in sqrt(t) (DDIM, DPM-Solver's time_quadratic)"
  public static let family = GridFamily.closedForm

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let n = request.segments
    let (start, end) = (request.horizon.squareRoot(), request.end.squareRoot())
    var times = (0...n).map { k in
      let share = Double(k) / Double(n)
      let root = (1 - share) * start + share * end
      return root * root
    }
    // A root's square need not be the number itself.
    (times[0], times[n]) = (request.horizon, request.end)
    guard zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw .unusable(
        rule: name, reason: "two of its \(n + 1) times coincide; ask for fewer segments")
    }
    return TimeGrid(rule: name, process: request.flow.process, times: times, kind: .certificate)
  }
}
