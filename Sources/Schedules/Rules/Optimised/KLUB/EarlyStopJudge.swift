import Arrays
import Mixtures
import ProbabilityFlow

/// The error of a sampler on given noise levels: its end against the teacher's, from the same starts.
struct EarlyStopJudge {
  private let request: GridRequest
  private let starts, ends: Matrix<Double>
  /// Evaluations of the velocity by the teacher.
  let teacherEvaluations: Int

  /// A judge for a request's sampler, flow and end.
  /// - Throws: `.teacher` if the teacher does not arrive.
  init(_ request: GridRequest, samples: Int, _ stream: RandomStream) throws(ScheduleError) {
    self.request = request
    starts = request.flow.marginal(at: request.horizon).sample(samples, from: stream)
    let transport: Transport
    do {
      transport = try Teacher(request.flow).transport(
        starts, from: request.horizon, to: request.end
      ).orThrow()
    } catch { throw .teacher(error) }
    (ends, teacherEvaluations) = (transport.states, transport.evaluations)
  }

  /// Evaluations that judging levels so many takes.
  func evaluations(levels: Int) -> Int {
    let atZero = request.end == 0
    return starts.rows
      * request.sampler.evaluations(segments: atZero ? levels : levels - 1, endsAtZero: atZero)
  }

  /// The mean squared distance of the sampler's end on descending positive levels from the teacher's;
  /// infinite where the levels make no grid.
  func error(_ levels: [Double]) -> Double {
    let all = request.end == 0 ? levels + [0] : levels
    var judged = GridRequest(request.flow, segments: all.count - 1)
    judged.end = request.end
    guard let grid = try? TimeGrid.atNoiseLevels(all, for: KLUBRule.self, judged) else {
      return .infinity
    }
    let reached = request.sampler.run(request.flow, starts, along: grid.times)
    let sum = zip(reached.elements, ends.elements).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    return sum.isFinite ? sum / Double(ends.rows) : .infinity
  }
}
