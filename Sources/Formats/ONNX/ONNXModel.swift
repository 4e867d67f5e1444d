/// A computation as an ONNX file: operators, constant tensors, one input and one output, both
/// batches of rows.
///
/// Opset 17 and IR version 8, which every runtime since 2022 reads, and standard operators only. Field
/// numbers: onnx/onnx.proto of the ONNX project.
public struct ONNXModel: Sendable, Equatable {
  /// The element type of every tensor.
  public enum Precision: Int, Sendable {
    /// 32-bit floating point.
    case float32 = 1
    /// 64-bit floating point.
    case float64 = 11
  }

  /// One operator.
  private struct Node: Sendable, Equatable {
    let operation: String
    let inputs: [String]
    let output: String
    let attributes: [(name: String, value: Int)]

    static func == (a: Node, b: Node) -> Bool {
      a.operation == b.operation && a.inputs == b.inputs && a.output == b.output
        && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
    }
  }

  /// One constant.
  private struct Constant: Sendable, Equatable {
    let name: String
    let shape: [Int]
    let values: [Double]
  }

  /// The element type.
  public let precision: Precision
  /// What the model is, for people.
  public let summary: String
  /// Facts about the model by name, such as its certificate.
  public var metadata: [String: String] = [:]
  private let input: (name: String, columns: Int)
  private var output: (name: String, columns: Int)
  private var nodes: [Node] = []
  private var constants: [Constant] = []

  public static func == (a: ONNXModel, b: ONNXModel) -> Bool { a.bytes() == b.bytes() }

  /// A model without operators that takes batches of rows of `columns` numbers.
  public init(precision: Precision, summary: String, input: String, columns: Int) {
    (self.precision, self.summary) = (precision, summary)
    self.input = (input, columns)
    output = (input, columns)
  }

  /// Adds a constant tensor, row by row; single precision rounds it.
  ///
  /// - Precondition: as many values as the shape says.
  public mutating func add(constant name: String, shape: [Int], _ values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for \(shape)")
    constants.append(Constant(name: name, shape: shape, values: values))
  }

  /// Adds an operator after those that make its inputs.
  public mutating func add(
    _ operation: String, _ inputs: [String], to output: String,
    attributes: [(name: String, value: Int)] = []
  ) {
    nodes.append(Node(operation: operation, inputs: inputs, output: output, attributes: attributes))
  }

  /// Says which value is the result, and how many numbers a row of it has.
  public mutating func setOutput(_ name: String, columns: Int) { output = (name, columns) }

  /// Replaces a file.
  public func write(to path: String) throws(FormatError) { try AtomicFile.write(bytes(), to: path) }

  /// The bytes of a file.
  public func bytes() -> [UInt8] {
    var model = ProtobufWriter()
    model.integer(1, 8)
    model.text(2, "FlowDistill")
    model.text(6, summary)
    model.message(7) { graph in
      for node in nodes { graph.message(1) { ONNXModel.write(node, to: &$0) } }
      graph.text(2, "flowdistill")
      for constant in constants { graph.message(5) { write(constant, to: &$0) } }
      graph.message(11) { write(input, to: &$0) }
      graph.message(12) { write(output, to: &$0) }
    }
    model.message(8) { $0.integer(2, 17) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      model.message(14) {
        $0.text(1, key)
        $0.text(2, value)
      }
    }
    return model.bytes
  }

  private static func write(_ node: Node, to message: inout ProtobufWriter) {
    for input in node.inputs { message.text(1, input) }
    message.text(2, node.output)
    message.text(3, node.output)
    message.text(4, node.operation)
    for (name, value) in node.attributes {
      message.message(5) {
        $0.text(1, name)
        $0.integer(3, value)
        // AttributeType.INT.
        $0.integer(20, 2)
      }
    }
  }

  private func write(_ constant: Constant, to message: inout ProtobufWriter) {
    for size in constant.shape { message.integer(1, size) }
    message.integer(2, precision.rawValue)
    message.text(8, constant.name)
    var raw: [UInt8] = []
    switch precision {
    case .float32: LittleEndian.append(constant.values.map(Float.init), to: &raw)
    case .float64: LittleEndian.append(constant.values, to: &raw)
    }
    message.bytes(9, raw)
  }

  private func write(
    _ value: (name: String, columns: Int), to message: inout ProtobufWriter
  ) {
    message.text(1, value.name)
    message.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, precision.rawValue)
        tensor.message(2) { shape in
          shape.message(1) { $0.text(2, "batch") }
          shape.message(1) { $0.integer(1, value.columns) }
        }
      }
    }
  }
}
