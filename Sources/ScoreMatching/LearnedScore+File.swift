public import Formats

extension LearnedScore {
  /// Reads a finished teacher.
  ///
  /// - Throws: `ScoreError.file` that names what is wrong; `.unfinished` if it still learns.
  public init(contentsOf path: String) throws(ScoreError) {
    do {
      self = try LearnedScoreFile.read(path).0
    } catch {
      throw .file(error)
    }
    guard record.isFinished else {
      throw .unfinished(path: path, step: record.step, of: record.recipe.steps)
    }
  }

  /// The file that holds it.
  public var file: Safetensors {
    Safetensors(LearnedScoreFile.tensors(self), metadata: record.metadata)
  }

  /// 16 hexadecimal digits that tell this teacher from others: FNV-1a of its file.
  public var fingerprint: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in file.bytes() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
