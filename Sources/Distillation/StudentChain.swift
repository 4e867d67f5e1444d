public import Arrays

/// The student of one segment.
public enum SegmentStudent: Sendable, Equatable {
  /// A trained network.
  case trained(Student)
  /// A constructed network.
  case constructed(ConstructedStudent)

  /// Ψ(x) for each row of x.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    switch self {
    case .trained(let student): student(x)
    case .constructed(let student): student(x)
    }
  }
}

/// Students of consecutive segments, applied one after the other.
public struct StudentChain: Sendable {
  /// The students in sampling order.
  public let segments: [SegmentStudent]

  /// A chain of students of any kind.
  public init(segments: [SegmentStudent]) { self.segments = segments }

  /// A chain of trained students.
  public init(_ students: [Student]) { segments = students.map { .trained($0) } }

  /// The trained students among them.
  public var students: [Student] {
    segments.compactMap { if case .trained(let student) = $0 { student } else { nil } }
  }

  /// The constructed students among them.
  public var constructed: [ConstructedStudent] {
    segments.compactMap { if case .constructed(let student) = $0 { student } else { nil } }
  }

  /// z_n = Ψ_n ∘ … ∘ Ψ_1 (x).
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    segments.reduce(x) { $1($0) }
  }

  /// All states z_0 = x, z_1, …, z_n.
  public func states(from x: Matrix<Double>) -> [Matrix<Double>] {
    segments.reduce(into: [x]) { states, student in
      states.append(student(states[states.count - 1]))
    }
  }
}
