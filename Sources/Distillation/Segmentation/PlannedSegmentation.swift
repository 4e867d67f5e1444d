public import Formats
public import Schedules

/// Segments for distillation, planned before training, with what training is expected to reach.
public struct PlannedSegmentation: Sendable {
  /// What training is expected to reach: an estimate.
  public struct Prediction: Sendable, Equatable {
    /// The end-to-end relative mean squared error.
    public let relativeError: Double
    /// The factor by which it may be wrong either way, one standard deviation.
    public let factor: Double
    /// The steps of training that the prediction took.
    public let rehearsalSteps: Int
  }

  /// The segments.
  public let grid: TimeGrid
  /// What training is expected to reach; nil before a rehearsal.
  public let prediction: Prediction?

  init(grid: TimeGrid, prediction: Prediction? = nil) {
    (self.grid, self.prediction) = (grid, prediction)
  }

  /// The plan as it stands in run folders.
  public var json: JSON {
    [
      "format": "flowdistill.segmentation/1", "grid": grid.json,
      "predicted_relative_mse": prediction.map { .number($0.relativeError) } ?? .null,
      "prediction_factor": prediction.map { .number($0.factor) } ?? .null,
      "rehearsal_steps": .integer(prediction?.rehearsalSteps ?? 0), "kind": "estimate",
    ]
  }
}
