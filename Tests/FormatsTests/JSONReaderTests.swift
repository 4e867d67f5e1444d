import Arrays
import Formats
import Testing

struct JSONReaderTests {
  private func reader(_ text: String) throws(FormatError) -> JSONReader {
    try JSONReader(JSON.parse(Array(text.utf8), path: "x"), path: "x")
  }

  /// Expects a sentence from reading this object.
  private func expect<T>(
    _ text: String, _ sentence: String, at: SourceLocation = #_sourceLocation,
    _ body: (inout JSONReader) throws(FormatError) -> T
  ) {
    expectRefusal(sentence, sourceLocation: at) { () throws(FormatError) in
      var reader = try reader(text)
      return try body(&reader)
    }
  }

  @Test func everyKindOfValue() throws {
    var reader = try reader(
      """
      {"format": "f/1", "n": 2.5, "i": 3, "w": 4.0, "s": "t", "b": true, "inf": "infinity",
       "ninf": "-infinity", "v": [1, 2.5], "vi": ["-infinity", 1], "is": [1, 2], "ss": ["a"],
       "m": [[1, 2], [3, 4]], "t": [[[1]], [[2]]], "o": {"k": 1}, "os": [{"k": 2}], "null": null}
      """)
    try reader.format("f/1")
    #expect(try reader.number("n") == 2.5 && reader.number("i") == 3)
    #expect(try reader.integer("i") == 3 && reader.integer("w") == 4)
    #expect(try reader.string("s") == "t" && reader.bool("b"))
    #expect(try reader.numberOrInfinity("inf") == .infinity)
    #expect(try reader.numberOrInfinity("ninf") == -.infinity && reader.numberOrInfinity("i") == 3)
    #expect(try reader.numbers("v", count: 2) == [1, 2.5])
    #expect(try reader.numbersOrInfinity("vi") == [-.infinity, 1])
    #expect(try reader.integers("is") == [1, 2] && reader.strings("ss") == ["a"])
    #expect(try reader.matrix("m") == Matrix(rows: 2, columns: 2, elements: [1, 2, 3, 4]))
    #expect(try reader.tensor3("t").map(\.elements) == [[1], [2]])
    var inner = try reader.object("o")
    #expect(try inner.integer("k") == 1 && inner.location == "o")
    try inner.finish()
    var element = try reader.objects("os")[0]
    #expect(try element.integer("k") == 2 && element.place("k") == "os[0].k")
    for key in ["null", "missing"] {
      #expect(try reader.optionalNumber(key) == nil && reader.optionalInteger(key) == nil)
      #expect(try reader.optionalString(key) == nil && reader.optionalBool(key) == nil)
      #expect(try reader.optionalNumbers(key) == nil && reader.optionalObject(key) == nil)
    }
    try reader.finish()
  }

  @Test func wrongKinds() {
    expect("[]", "x: an array stands where an object should be; write {\"key\": value, ...}") {
      (_: inout JSONReader) throws(FormatError) in ()
    }
    expect(#"{"a": "1"}"#, "x, a: is a string; give a finite number") {
      (r: inout JSONReader) throws(FormatError) in try r.number("a")
    }
    expect(#"{"a": null}"#, "x, a: is null; give a string") {
      (r: inout JSONReader) throws(FormatError) in try r.string("a")
    }
    expect(#"{"a": 1}"#, "x, a: is a number; write true or false") {
      (r: inout JSONReader) throws(FormatError) in try r.bool("a")
    }
    expect(#"{"a": 1e19}"#, "x, a: is 1e+19; give a whole number of at most 64 bits") {
      (r: inout JSONReader) throws(FormatError) in try r.integer("a")
    }
    expect(#"{"a": "inf"}"#, "x, a: is a string; give a number or \"infinity\"") {
      (r: inout JSONReader) throws(FormatError) in try r.numberOrInfinity("a")
    }
    expect(#"{"format": "f/2"}"#, "x, format: 'f/2' is not known here; expected 'f/1'") {
      (r: inout JSONReader) throws(FormatError) in try r.format("f/1")
    }
    expect(
      #"{"a": [{}, 1]}"#,
      "x, a[1]: a number stands where an object should be; write {\"key\": value, ...}"
    ) {
      (r: inout JSONReader) throws(FormatError) in try r.objects("a")
    }
  }

  @Test func arraysAndTheirShapes() {
    expect(#"{"a": {}}"#, "x, a: is an object; give an array") {
      (r: inout JSONReader) throws(FormatError) in try r.numbers("a")
    }
    expect(#"{"a": [1, "2"]}"#, "x, a[1]: is a string; give a finite number") {
      (r: inout JSONReader) throws(FormatError) in try r.numbers("a")
    }
    expect(#"{"a": [1]}"#, "x, a: has 1 numbers; give 2") {
      (r: inout JSONReader) throws(FormatError) in try r.numbers("a", count: 2)
    }
    expect(#"{"a": []}"#, "x, a: is empty; give at least one row") {
      (r: inout JSONReader) throws(FormatError) in try r.matrix("a")
    }
    expect(#"{"a": [[], []]}"#, "x, a[0]: is empty; give numbers") {
      (r: inout JSONReader) throws(FormatError) in try r.matrix("a")
    }
    expect(#"{"a": [[1, 2], [3]]}"#, "x, a[1]: has 1 numbers; the rows before it have 2") {
      (r: inout JSONReader) throws(FormatError) in try r.matrix("a")
    }
    expect(
      #"{"o": {"a": [[[1]], [[1], [true]]]}}"#,
      "x, o.a[1][1][0]: is a truth value; give a finite number"
    ) {
      (r: inout JSONReader) throws(FormatError) in
      var inner = try r.object("o")
      return try inner.tensor3("a")
    }
    expect(
      #"{"a": [[[1, 2]], [[1], [2]]]}"#,
      "x, a[1]: is 2 x 1; a[0] is 1 x 2, and all must have one shape"
    ) { (r: inout JSONReader) throws(FormatError) in try r.tensor3("a") }
    expect(#"{"a": []}"#, "x, a: is empty; give at least one matrix") {
      (r: inout JSONReader) throws(FormatError) in try r.tensor3("a")
    }
  }

  @Test func unknownAndMissingKeys() {
    expect(#"{"wieghts": 1}"#, "x: the key 'weights' is missing; add 'weights', not 'wieghts'") {
      (r: inout JSONReader) throws(FormatError) in try r.number("weights")
    }
    expect(#"{"o": {"z": 1}}"#, "x, o: the key 'means' is missing; add 'means'") {
      (r: inout JSONReader) throws(FormatError) in
      var inner = try r.object("o")
      return try inner.number("means")
    }
    expect(#"{"steps": 1, "sead": 2}"#, "x: the key 'sead' is unknown; did you mean 'seed'?") {
      (r: inout JSONReader) throws(FormatError) in
      _ = try (r.integer("steps"), r.optionalInteger("seed"))
      try r.finish()
    }
    expect(#"{"steps": 1, "other": 2}"#, "x: the key 'other' is unknown; known keys: steps, seed") {
      (r: inout JSONReader) throws(FormatError) in
      _ = try (r.optionalInteger("steps"), r.optionalInteger("seed"))
      try r.finish()
    }
    expect(#"{"a\nb": 2}"#, "x: the key 'a\\u{a}b' is unknown; remove it") {
      (r: inout JSONReader) throws(FormatError) in try r.finish()
    }
  }

  @Test(arguments: [
    ("weights", "wieghts"), ("Weights", "weights"), ("rtoll", "rtol"), ("ab", "abc"),
  ])
  func nearNames(typed: String, meant: String) {
    #expect(EditDistance.nearest(to: typed, in: ["means", "covariances", meant]) == meant)
  }

  @Test func farNames() {
    #expect(EditDistance.nearest(to: "horizon", in: ["beta", "sigma_inf"]) == nil)
    #expect(EditDistance.nearest(to: "", in: ["beta"]) == nil)
    #expect(EditDistance.nearest(to: "beta", in: []) == nil)
  }
}
