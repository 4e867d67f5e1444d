extension Safetensors {
  /// Reads a file.
  public static func read(_ path: String) throws(FormatError) -> Safetensors {
    try parse(FileReader.bytes(path), path: path)
  }

  /// Reads the bytes of a file; tensors come in the order of their data.
  ///
  /// - Throws: `malformed` also for holes, overlaps, repeated names and other scalar types.
  public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> Safetensors {
    func refuse(_ problem: String, _ advice: String? = nil, at place: String? = nil) -> FormatError
    {
      .malformed(path: path, location: place, problem: problem, advice: advice)
    }
    guard let length = LittleEndian.unsigned(bytes, at: 0, count: 8) else {
      throw refuse("is too short for a safetensors file", "copy the file again")
    }
    if length > UInt64(bytes.count - 8) || length > 100_000_000 {
      throw refuse(
        "says that its header has \(length) bytes", "the file is cut off or of another kind")
    }
    let dataStart = 8 + Int(length)
    if length == 0 || bytes[8] != UInt8(ascii: "{") {
      throw refuse("does not begin with '{'", "a safetensors file's does", at: "header")
    }
    let header = try header(bytes[8..<dataStart], path: path)

    var result = Safetensors()
    var parts: [(name: String, shape: [Int], type: ScalarType, range: Range<Int>)] = []
    for entry in header.entries {
      let isMetadata = entry.key == "__metadata__"
      let place = isMetadata ? entry.key : "tensor \(entry.key.quoted)"
      var reader = try JSONReader(entry.value, path: path, location: place)
      if isMetadata {
        for text in reader.object.entries {
          result.metadata[text.key] = try reader.string(text.value, text.key.quoted)
        }
        continue
      }
      let name = try reader.string("dtype")
      let shape = try reader.integers("shape")
      let offsets = try reader.integers("data_offsets")
      try reader.finish()
      guard let type = ScalarType(rawValue: name) else {
        throw refuse(
          "the scalar type \(name.quoted) is not read", "save as F32, F64 or I64", at: place)
      }
      guard let count = Shape.count(shape),
        case (let size, false) = count.multipliedReportingOverflow(by: type.size)
      else {
        throw refuse(
          "the shape \(Shape.text(shape)) is not possible", "give lengths that fit a file",
          at: place)
      }
      guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
        offsets[1] <= bytes.count - dataStart
      else {
        throw refuse(
          "the data offsets \(offsets.prefix(3)) are not inside the data",
          "give two between 0 and \(bytes.count - dataStart), the smaller one first", at: place)
      }
      if offsets[1] - offsets[0] != size {
        throw refuse(
          "has \(offsets[1] - offsets[0]) bytes",
          "\(name) of shape \(Shape.text(shape)) needs \(size)", at: place)
      }
      parts.append((entry.key, shape, type, offsets[0]..<offsets[1]))
    }

    parts.sort { a, b in
      (a.range.lowerBound, a.range.upperBound) < (b.range.lowerBound, b.range.upperBound)
    }
    var end = 0
    for part in parts {
      if part.range.lowerBound != end {
        let problem =
          part.range.lowerBound < end
          ? "overlaps another tensor" : "leaves a hole of \(part.range.lowerBound - end) bytes"
        throw refuse(
          problem, "its data should begin at byte \(end) of the data",
          at: "tensor \(part.name.quoted)")
      }
      end = part.range.upperBound
    }
    if end != bytes.count - dataStart {
      throw refuse(
        "\(bytes.count - dataStart - end) bytes at the end belong to no tensor",
        "the file is not one set of tensors")
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

  /// The header as JSON; places in its errors count inside it.
  private static func header(
    _ bytes: ArraySlice<UInt8>, path: String
  ) throws(FormatError) -> JSONObject {
    do throws(FormatError) {
      if case .object(let object) = try JSON.parse(Array(bytes), path: path) { return object }
    } catch {
      guard case .malformed(_, let place?, let problem, let advice) = error else { throw error }
      throw .malformed(
        path: path, location: "header, \(place)", problem: problem, advice: advice)
    }
    preconditionFailure("JSON that begins with '{' is an object")
  }
}
