/// What can go wrong with a file; every case carries what a reader needs to mend it.
public enum FormatError: Error, Equatable, Sendable {
  /// There is no file of this name.
  case notFound(path: String)
  /// The file exists but cannot be read.
  case cannotRead(path: String, reason: String)
  /// The file's content is not what it should be; `location` is a key, row or byte.
  case malformed(path: String, location: String?, problem: String, advice: String?)
  /// The file cannot be written; nothing of it was left behind.
  case cannotWrite(path: String, reason: String)

  /// The file concerned.
  public var path: String {
    switch self {
    case .notFound(let path), .cannotRead(let path, _), .malformed(let path, _, _, _),
      .cannotWrite(let path, _):
      path
    }
  }
}

extension FormatError: CustomStringConvertible {
  /// One sentence on one line: where, what is wrong, and what would be right.
  public var description: String {
    let sentence =
      switch self {
      case .notFound(let path):
        "\(path): there is no such file"
      case .cannotRead(let path, let reason):
        "\(path): cannot be read: \(reason)"
      case .malformed(let path, let location, let problem, let advice):
        path + (location.map { ", \($0)" } ?? "") + ": " + problem
          + (advice.map { "; \($0)" } ?? "")
      case .cannotWrite(let path, let reason):
        "\(path): cannot be written: \(reason)"
      }
    return sentence.onOneLine
  }
}

extension String {
  /// With control characters and line ends escaped, so that no file's content breaks a message.
  var onOneLine: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Quoted and cut to a length that fits a message.
  var quoted: String {
    count <= 40 ? "'\(self)'" : "'\(prefix(37))...'"
  }
}
