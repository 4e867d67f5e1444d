extension CaseComparison {
  /// What the cells have to say, each sentence once with the samplers and numbers of steps that it is about.
  public var notes: [String] {
    struct Found {
      let rule: String
      let note: String
      var numbers: [(sampler: String, segments: [Int])]
    }
    var all: [Found] = []
    for cell in cells {
      guard let note = cell.note else { continue }
      let i = all.firstIndex { $0.rule == cell.rule && $0.note == note } ?? all.count
      if i == all.count { all.append(Found(rule: cell.rule, note: note, numbers: [])) }
      if let j = all[i].numbers.firstIndex(where: { $0.sampler == cell.sampler }) {
        all[i].numbers[j].segments.append(cell.segments)
      } else {
        all[i].numbers.append((cell.sampler, [cell.segments]))
      }
    }
    return all.map { entry in
      let places = entry.numbers.map { sampler, segments in
        "\(sampler) n = \(segments.map(String.init).joined(separator: ", "))"
      }
      return "\(entry.rule), \(places.joined(separator: "; ")): \(entry.note)"
    }
  }
}
