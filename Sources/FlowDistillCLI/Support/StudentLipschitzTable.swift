import FlowDistill

/// The certified Lipschitz constants of a chain of students, for the terminal.
struct StudentLipschitzTable {
  private let students: [StudentLipschitz]

  init(_ students: [StudentLipschitz]) { self.students = students }

  var lines: [String] {
    guard !students.isEmpty else { return [] }
    func number(_ value: Double) -> String { NumberText.significant(value) }
    var table = TextTable(["student", "Lip <=", "product of norms", "Lip <= where p_t lives"])
    for student in students {
      table.append([
        "\(number(student.from)) -> \(number(student.to))", number(student.global),
        number(student.productOfNorms), number(student.local),
      ])
    }
    let reasons = Set(students.compactMap { $0.reason ?? $0.localReason }).sorted()
    return ["", "Certified Lipschitz constants of the students (certificates):"] + table.lines
      + reasons.map { "(\($0))" }
  }
}

extension Evaluation {
  /// The evaluation as `evaluate --json` prints it, with the students' certificates.
  func json(with lipschitz: [StudentLipschitz]) -> JSON {
    guard case .object(var object) = json else { return json }
    object["lipschitz_certificates"] = .array(lipschitz.map(\.json))
    return .object(object)
  }
}
