import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// The corrector-optimised schedule of Williams, Campbell, Doucet and Syed (2024, arXiv:2412.07877):
/// equal steps in ∫σ √E‖∂_t ∇log p_t‖² dt.
///
/// Their cost of a step is σ(t')²E‖∇log p_t' − ∇log p_t‖² = δ dt² + …, and equal √δ is their optimum.
/// Here ∂_t ∇log p_t(x) at fixed x is exact. The state is the process's own; the published
/// predictor-optimised variant is not here.
public enum ScoreOptimalRule: MeasuredDensityRule {
  public static let name = "score-optimal"
  public static let summary =
    "equal steps in the score's change at fixed states, corrector-optimised (Williams et al., 2024)"

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    let (process, t) = (request.flow.process, cell.time)
    let marginal = request.flow.marginal(at: t)
    var states = draws.states(cell.level)
    for i in states.elements.indices { states.elements[i] *= marginal.alpha }
    let rates = marginal.scoreRate(
      states, velocity: Matrix(rows: states.rows, columns: states.columns),
      alphaRate: process.alphaDerivative(t), sigmaSquaredRate: process.sigmaSquaredDerivative(t))
    let square = rates.rowSquares.reduce(0, +) / Double(draws.count)
    let value = (marginal.sigmaSquared * square).squareRoot() * cell.timeRate
    // A change per unit of log σ̂ this small is what rounding leaves of a law that does not change.
    return value < 1e-12 ? 0 : value
  }
}
