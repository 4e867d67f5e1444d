/// The header of a `.npy` file: a Python dictionary with exactly three keys, in any order.
struct NPYHeader {
  var precision = NPY.Precision.float64
  var isFortranOrder = false
  var shape: [Int] = []

  private let text: [UInt8]
  private let path: String
  private var position = 0

  init(_ bytes: ArraySlice<UInt8>, path: String) throws(FormatError) {
    text = Array(bytes)
    self.path = path
    var seen: Set<String> = []
    try expect("{")
    while !take("}") {
      let key = try string()
      if !seen.insert(key).inserted { throw refuse("the key \(key.quoted) comes twice") }
      try expect(":")
      switch key {
      case "descr": try descriptor()
      case "fortran_order": isFortranOrder = try truth()
      case "shape": shape = try tuple()
      default: throw refuse("the key \(key.quoted) is unknown")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    if position < text.count { throw refuse("more text follows the dictionary") }
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw refuse("the key '\(key)' is missing")
    }
  }

  private mutating func descriptor() throws(FormatError) {
    skipSpace()
    if position < text.count, text[position] == UInt8(ascii: "[") {
      throw wrongType("a structured type")
    }
    let name = try string()
    switch name {
    case "<f8": precision = .float64
    case "<f4": precision = .float32
    default: throw wrongType("type \(name.quoted)")
    }
  }

  private func wrongType(_ type: String) -> FormatError {
    .malformed(
      path: path, location: nil, problem: "holds numbers of \(type)",
      advice: "save as float64: numpy.save(path, x.astype('<f8'))")
  }

  private mutating func truth() throws(FormatError) -> Bool {
    if take("True") { return true }
    if take("False") { return false }
    throw refuse("'fortran_order' is neither True nor False")
  }

  private mutating func tuple() throws(FormatError) -> [Int] {
    var lengths: [Int] = []
    try expect("(")
    while !take(")") {
      lengths.append(try length())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return lengths
  }

  private mutating func length() throws(FormatError) -> Int {
    skipSpace()
    let start = position
    while position < text.count, text[position] &- 48 <= 9 || text[position] == 0x2D {
      position += 1
    }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    // Python 2 wrote long integers with an L.
    _ = take("L")
    guard let length = Int(digits), length >= 0 else {
      throw refuse("the shape holds \(digits.quoted), not a length")
    }
    return length
  }

  private mutating func string() throws(FormatError) -> String {
    skipSpace()
    guard position < text.count, text[position] == 0x22 || text[position] == 0x27,
      let end = text[(position + 1)...].firstIndex(of: text[position])
    else { throw refuse("a string is missing") }
    defer { position = end + 1 }
    return String(decoding: text[position + 1..<end], as: UTF8.self)
  }

  private mutating func expect(_ word: String) throws(FormatError) {
    if !take(word) { throw refuse("'\(word)' is missing") }
  }

  private mutating func take(_ word: String) -> Bool {
    skipSpace()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) {
      position += 1
    }
  }

  private func refuse(_ problem: String) -> FormatError {
    .malformed(
      path: path, location: "header", problem: problem, advice: "write it with numpy.save")
  }
}
