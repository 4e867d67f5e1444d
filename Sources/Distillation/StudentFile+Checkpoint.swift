import Formats
import Networks

/// Checkpoints: what a killed training goes on from.
///
/// To the tensors of its network a checkpoint adds the optimiser's moments as `optimiser.first` and
/// `optimiser.second`, the running mean of the weights as `average` where the recipe takes one, and that which
/// consistent students learn from as `target`. That of the joint stage has all networks' numbers one after the
/// other, as `parameters`; their forms are those of the students that it began with.
extension StudentFile {
  /// What a checkpoint holds of one network's training.
  struct Checkpoint {
    let network: StudentNetwork
    let forms: [StudentForm]
    let optimiser: any Optimiser
    let average: [Float]?
    let target: StudentNetwork?
  }

  /// What a checkpoint holds of the joint training.
  struct JointCheckpoint {
    let networks: [StudentNetwork]
    let optimisers: [any Optimiser]
    let averages: [[Float]]?
  }

  /// What a checkpoint holds.
  enum Saved {
    case segments(Checkpoint)
    case joint(JointCheckpoint)
  }

  /// Writes where a training stands.
  static func writeCheckpoint(_ trainer: any StageTrainer, to path: String) throws(FormatError) {
    var tensors: [Safetensors.Tensor] = []
    var entries: [String: String] = [:]
    func add(_ name: String, _ values: [Float]) {
      tensors.append(.init(name: name, shape: [values.count], values: .float32(values)))
    }
    if let trainer = trainer as? SegmentTrainer {
      entries = metadata(trainer.network, trainer.forms)
      tensors = self.tensors(trainer.network) + affineTensors(trainer.forms)
      add("optimiser.first", trainer.optimiser.firstMoment)
      add("optimiser.second", trainer.optimiser.secondMoment)
      if let average = trainer.average { add("average", average) }
      if let target = trainer.target { add("target", target.parameters) }
    } else if let trainer = trainer as? JointTrainer {
      entries["format"] = "flowdistill.student/1"
      add("parameters", trainer.networks.flatMap(\.parameters))
      add("optimiser.first", trainer.optimisers.flatMap(\.firstMoment))
      add("optimiser.second", trainer.optimisers.flatMap(\.secondMoment))
      if let averages = trainer.averages { add("average", averages.flatMap(\.self)) }
    }
    entries["segment"] = String(trainer.stage.index)
    entries["step"] = String(trainer.stepCount)
    try Safetensors(tensors, metadata: entries).write(to: path)
  }

  /// Reads a checkpoint; nil if it belongs to another stage.
  static func readCheckpoint(
    _ path: String, _ stage: TrainingStage, after finished: FinishedStudents
  ) throws(FormatError) -> Saved? {
    let file = try Safetensors.read(path)
    guard let segment = file.metadata["segment"].flatMap({ Int($0) }),
      let step = file.metadata["step"].flatMap({ Int($0) })
    else {
      throw .malformed(
        path: path, location: "__metadata__", problem: "segment or step is missing", advice: nil)
    }
    guard segment == stage.index else { return nil }
    guard (0...max(stage.steps, 0)).contains(step) else {
      throw .malformed(
        path: path, location: "__metadata__.step",
        problem: "\(step) is not a step of segment \(stage.index)", advice: nil)
    }
    let recipe = stage.plan.recipe
    let isAveraged = recipe.averaging != nil && step > 0
    guard !stage.isJoint else {
      return .joint(try joint(file, path, stage, finished.roundBefore, step, isAveraged))
    }
    let (network, forms) = try contents(file, path, stage.plan, stage.segments)
    let count = network.parameterCount
    var optimiser = recipe.optimiser(network.architecture)
    optimiser.firstMoment = try floats(file, "optimiser.first", [count], path)
    optimiser.secondMoment = try meanSquares(file, count, path)
    optimiser.stepCount = step
    return .segments(
      Checkpoint(
        network: network, forms: forms, optimiser: optimiser,
        average: isAveraged ? try floats(file, "average", [count], path) : nil,
        target: recipe.objective == .consistency
          ? StudentNetwork(
            network.architecture, parameters: try floats(file, "target", [count], path)) : nil))
  }

  private static func joint(
    _ file: Safetensors, _ path: String, _ stage: TrainingStage, _ students: [Student], _ step: Int,
    _ isAveraged: Bool
  ) throws(FormatError) -> JointCheckpoint {
    let isShared = stage.plan.recipe.sharing == .shared
    let shapes = (isShared ? Array(students.prefix(1)) : students).map(\.network.architecture)
    let total = shapes.reduce(0) { $0 + $1.parameterCount }
    func parts(_ values: [Float]) -> [[Float]] {
      var start = 0
      return shapes.map { shape in
        defer { start += shape.parameterCount }
        return Array(values[start..<start + shape.parameterCount])
      }
    }
    let parameters = parts(try floats(file, "parameters", [total], path))
    let first = parts(try floats(file, "optimiser.first", [total], path))
    let second = parts(try meanSquares(file, total, path))
    var optimisers: [any Optimiser] = []
    for (k, shape) in shapes.enumerated() {
      var optimiser = stage.plan.recipe.optimiser(shape)
      (optimiser.firstMoment, optimiser.secondMoment) = (first[k], second[k])
      optimiser.stepCount = step
      optimisers.append(optimiser)
    }
    return JointCheckpoint(
      networks: zip(shapes, parameters).map { StudentNetwork($0, parameters: $1) },
      optimisers: optimisers,
      averages: isAveraged ? parts(try floats(file, "average", [total], path)) : nil)
  }

  private static func meanSquares(
    _ file: Safetensors, _ count: Int, _ path: String
  ) throws(FormatError) -> [Float] {
    let values = try floats(file, "optimiser.second", [count], path)
    guard values.allSatisfy({ $0 >= 0 }) else {
      throw .malformed(
        path: path, location: "optimiser.second", problem: "holds a negative mean square",
        advice: nil)
    }
    return values
  }
}
