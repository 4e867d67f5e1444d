extension Safetensors {
  /// Reads a file.
  public static func read(_ path: String) throws(FormatError) -> Safetensors {
    try parse(FileReader.bytes(path), path: path)
  }

  /// Reads the bytes of a file; tensors come in the order of their data.
  ///
  /// - Throws: `malformed` also for holes, overlaps, repeated names and other scalar types.
  public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> Safetensors {
    func refuse(_ problem: String, _ advice: String? = nil, at place: String? = nil) -> FormatError {
      .malformed(path: path, location: place, problem: problem, advice: advice)
    }
    guard let length = LittleEndian.unsigned(bytes, at: 0, count: 8) else {
      throw refuse("is too short for a safetensors file", "copy the file again")
    }
    if length > UInt64(bytes.count - 8) || length > 100_000_000 {
      throw refuse("says that its header has \(length) bytes", "the file is cut off or of another kind")
    }
    let dataStart = 8 + Int(length)
    if length == 0 || bytes[8] != UInt8(ascii: "{") {
      throw refuse("the header does not begin with '{'", at: "header")
    }
    guard case .object(let header) = try JSON.parse(Array(bytes[8..<dataStart]), path: path) else {
      throw refuse("the header is not an object", at: "header")
    }

    var result = Safetensors()
    var parts: [(name: String, shape: [Int], type: ScalarType, range: Range<Int>)] = []
    for entry in header.entries {
      var reader = try JSONReader(entry.value, path: path, location: entry.key)
      if entry.key == "__metadata__" {
        for key in reader.object.keys { result.metadata[key] = try reader.string(key) }
        continue
      }
      let name = try reader.string("dtype")
      let shape = try reader.integers("shape")
      let offsets = try reader.integers("data_offsets")
      try reader.finish()
      guard let type = ScalarType(rawValue: name) else {
        throw refuse(
          "the scalar type \(name.quoted) is not read", "save as F32, F64 or I64", at: entry.key)
      }
      guard let count = Shape.count(shape),
        case (let size, false) = count.multipliedReportingOverflow(by: type.size)
      else { throw refuse("the shape \(shape) is not possible", at: entry.key) }
      guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
        offsets[1] <= bytes.count - dataStart
      else {
        throw refuse(
          "the data offsets \(offsets) are not inside the file's \(bytes.count - dataStart) bytes",
          at: entry.key)
      }
      if offsets[1] - offsets[0] != size {
        throw refuse(
          "has \(offsets[1] - offsets[0]) bytes, but \(name) of shape \(shape) needs \(size)",
          at: entry.key)
      }
      parts.append((entry.key, shape, type, offsets[0]..<offsets[1]))
    }

    parts.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for part in parts {
      if part.range.lowerBound != end {
        throw refuse("its data leave a hole or overlap another tensor's", at: part.name)
      }
      end = part.range.upperBound
    }
    if end != bytes.count - dataStart {
      throw refuse("\(bytes.count - dataStart - end) bytes at the end belong to no tensor")
    }
    for part in parts {
      let range = part.range.lowerBound + dataStart..<part.range.upperBound + dataStart
      let values: Values =
        switch part.type {
        case .F32: .float32(LittleEndian.values(bytes, range, as: Float.self))
        case .F64: .float64(LittleEndian.values(bytes, range, as: Double.self))
        case .I64: .int64(LittleEndian.values(bytes, range, as: Int64.self))
        }
      result.tensors.append(Tensor(name: part.name, shape: part.shape, values: values))
    }
    return result
  }
}
