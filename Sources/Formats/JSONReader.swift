/// Strict access to the keys of a JSON object while decoding.
///
/// Ask for every key that the format knows, then call `finish()`, which refuses all others by
/// name. Errors say the file and the place, as in `covariances.matrices[3][7]`.
///
///     var reader = try JSONReader(contentsOf: path)
///     try reader.format("flowdistill.mixture/1")
///     let weights = try reader.numbers("weights")
///     try reader.finish()
public struct JSONReader: Sendable {
  /// The object being read.
  public let object: JSONObject
  /// The file, for errors.
  public let path: String
  /// Where the object lies in the file; empty at the top.
  public let location: String
  private var asked: [String] = []

  /// A reader of an object at the top of a file.
  public init(_ json: JSON, path: String) throws(FormatError) {
    try self.init(json, path: path, location: "")
  }

  /// A reader of the object that a file holds.
  public init(contentsOf path: String) throws(FormatError) {
    try self.init(JSON.read(path), path: path)
  }

  init(_ json: JSON, path: String, location: String) throws(FormatError) {
    guard case .object(let object) = json else {
      throw .malformed(
        path: path, location: location.isEmpty ? nil : location,
        problem: "\(json.kind) stands where an object should be",
        advice: "write {\"key\": value, ...}")
    }
    self.object = object
    self.path = path
    self.location = location
  }

  /// Where a key's value lies, for errors.
  public func place(_ key: String) -> String { location.isEmpty ? key : "\(location).\(key)" }

  /// The error that a key's value has a problem; `key` may go on, as in `means[3]`.
  public func error(_ key: String, _ problem: String, advice: String? = nil) -> FormatError {
    .malformed(path: path, location: place(key), problem: problem, advice: advice)
  }

  /// Whether the key is there and not null; it counts as known from now on.
  public mutating func has(_ key: String) -> Bool {
    ask(key)
    switch object[key] {
    case nil, .null?: return false
    default: return true
    }
  }

  /// The value of a key that must be there.
  public mutating func value(_ key: String) throws(FormatError) -> JSON {
    ask(key)
    if let value = object[key] { return value }
    let others = object.keys.filter { !asked.contains($0) }
    let meant = EditDistance.nearest(to: key, in: others).map { ", not \($0.quoted)" } ?? ""
    throw .malformed(
      path: path, location: location.isEmpty ? nil : location,
      problem: "the key \(key.quoted) is missing", advice: "add \(key.quoted)\(meant)")
  }

  private mutating func ask(_ key: String) {
    if !asked.contains(key) { asked.append(key) }
  }

  /// Refuses the keys that nobody asked for.
  public func finish() throws(FormatError) {
    guard let key = object.keys.first(where: { !asked.contains($0) }) else { return }
    let free = asked.filter { object[$0] == nil }
    let meant = EditDistance.nearest(to: key, in: free.isEmpty ? asked : free)
    throw .malformed(
      path: path, location: location.isEmpty ? nil : location,
      problem: "the key \(key.quoted) is unknown",
      advice: meant.map { "did you mean \($0.quoted)?" }
        ?? (asked.isEmpty ? "remove it" : "known keys: \(asked.joined(separator: ", "))"))
  }
}
