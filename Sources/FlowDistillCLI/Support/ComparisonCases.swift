import FlowDistill

/// The mixtures of a comparison, as the command line names them.
enum ComparisonCases {
  /// The mixtures of `suite`, of folders, and single ones, in the order in which they are given.
  ///
  /// A file is called by its name without `.json`, one of the suite by its name there.
  static func make(_ subjects: [String], sigma0: Double?) throws -> [ComparisonCase] {
    var cases: [ComparisonCase] = []
    for subject in subjects {
      if subject == "suite" {
        cases += try MixtureSuite.all.map {
          ComparisonCase(name: $0.name, mixture: try $0.mixture())
        }
      } else if FileReader.isFolder(subject) {
        cases += try folder(subject)
      } else {
        cases.append(
          ComparisonCase(
            name: name(subject), mixture: try MixtureOptions.make(subject, sigma0: sigma0)))
      }
    }
    for (i, entry) in cases.enumerated()
    where cases[..<i].contains(where: { $0.name == entry.name }) {
      throw CommandError.usage("two mixtures are called \"\(entry.name)\"; give each once")
    }
    return cases
  }

  private static func folder(_ path: String) throws -> [ComparisonCase] {
    let files = try FileReader.files(in: path, withExtension: "json")
    guard !files.isEmpty else {
      throw CommandError.data("\(path) holds no mixture; give a folder of mixture files (.json)")
    }
    return try files.map {
      ComparisonCase(name: name($0), mixture: try GaussianMixture(contentsOf: "\(path)/\($0)"))
    }
  }

  private static func name(_ subject: String) -> String {
    if subject.hasPrefix("suite:") { return String(subject.dropFirst("suite:".count)) }
    if subject.hasPrefix("paper:") { return subject }
    let file = subject.split(separator: "/").last.map(String.init) ?? subject
    return file.hasSuffix(".json") ? String(file.dropLast(".json".count)) : file
  }
}
