extension FileReader {
  /// Whether something exists at a path.
  public static func exists(_ path: String) -> Bool {
    if case .success = FileStatus.of(path) { true } else { false }
  }
}
