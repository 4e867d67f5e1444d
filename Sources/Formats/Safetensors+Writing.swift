extension Safetensors {
  /// Replaces a file.
  ///
  /// - Precondition: no two tensors have one name.
  public func write(to path: String) throws(FormatError) {
    let (header, order) = layout()
    try AtomicFile.write(to: path) { (file: inout AtomicFile.Writer) throws(FormatError) in
      try file.append(header)
      for tensor in order {
        switch tensor.values {
        case .float32(let values): try file.append(values)
        case .float64(let values): try file.append(values)
        case .int64(let values): try file.append(values)
        }
      }
    }
  }

  /// The bytes of a file.
  ///
  /// - Precondition: no two tensors have one name.
  public func bytes() -> [UInt8] {
    var (result, order) = layout()
    for tensor in order {
      switch tensor.values {
      case .float32(let values): LittleEndian.append(values, to: &result)
      case .float64(let values): LittleEndian.append(values, to: &result)
      case .int64(let values): LittleEndian.append(values, to: &result)
      }
    }
    return result
  }

  /// The header with its length, and the tensors in the order of their data.
  ///
  /// Keys are sorted; data with 8 bytes a number come first, so that every tensor is aligned.
  private func layout() -> ([UInt8], [Tensor]) {
    let order = tensors.sorted { a, b in
      let (x, y) = (a.values.type.size, b.values.type.size)
      return x == y ? a.name < b.name : x > y
    }
    var entries: [(String, JSON)] = []
    var offset = 0
    for tensor in order {
      let end = offset + tensor.values.count * tensor.values.type.size
      entries.append(
        (
          tensor.name,
          [
            "dtype": .string(tensor.values.type.rawValue), "shape": .integers(tensor.shape),
            "data_offsets": .integers([offset, end]),
          ]
        ))
      offset = end
    }
    entries.sort { $0.0 < $1.0 }
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
      entries.insert(("__metadata__", .object(JSONObject(texts))), at: 0)
    }
    var header = JSON.object(JSONObject(entries)).bytes(.compact)
    header += repeatElement(0x20, count: (8 - header.count % 8) % 8)
    var result: [UInt8] = []
    LittleEndian.append([UInt64(header.count)], to: &result)
    return (result + header, order)
  }
}
