import Formats
import Foundation
import Synchronization
import Testing

struct JSONTests {
  private func parse(_ text: String) throws(FormatError) -> JSON {
    try JSON.parse(Array(text.utf8), path: "x")
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
      ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
      ("1.0", .number(1)), ("1e2", .number(100)), ("-2.5E-1", .number(-0.25)),
      ("1e-400", .number(0)), ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([:])),
      ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("\"\\/\u{8}\u{C}\n\r\t")),
      ("\"\\u00e9\\uD83D\\uDE00 \u{1F600}\"", .string("é\u{1F600} \u{1F600}")),
      ("\"\\u0000\"", .string("\0")), ("[1,[2.5,\"a\"]]", [1, [2.5, "a"]]),
      ("{\"b\" : 1,\r\n\t\"a\": [ ] }", ["b": 1, "a": []]),
    ] as [(String, JSON)])
  func accepted(text: String, value: JSON) throws {
    #expect(try parse(text) == value)
  }

  @Test func minusZeroIsKept() throws {
    for text in ["-0", "-0.0", "-0e5"] {
      guard case .number(let value) = try parse(text) else {
        Issue.record("\(text) is no number")
        continue
      }
      #expect(value == 0 && value.sign == .minus)
    }
  }

  @Test(arguments: [
    ("", "line 1, column 1: the text ends where a value should be"),
    ("[1,\n 2,]", "line 2, column 4: ']' stands where a value should be"),
    ("{\"a\":1,}", "line 1, column 8: '}' stands where a key in double quotes should be"),
    ("{a: 1}", "line 1, column 2: 'a' stands where a key in double quotes should be"),
    ("{\"a\" 1}", "line 1, column 6: '1' stands where ':' should be"),
    ("[1 2]", "line 1, column 4: '2' stands where ',' or ']' should be"),
    ("[1", "line 1, column 3: the text ends where ',' or ']' should be"),
    ("{\"é\": 1 2}", "line 1, column 9: '2' stands where ',' or '}' should be"),
    ("1 2", "line 1, column 3: more text follows the JSON value; a file holds one value"),
    (
      "{\"a\": 1, \"\\u0061\": 2}",
      "line 1, column 10: the key 'a' comes twice in one object; keep one of them"
    ),
    ("01", "line 1, column 1: a number begins with a needless zero; leave it out"),
    ("-", "line 1, column 2: the text ends where a digit should be"),
    ("+1", "line 1, column 1: '+' stands where a value should be"),
    (".5", "line 1, column 1: '.' stands where a value should be"),
    ("1.", "line 1, column 3: the text ends where a digit after the decimal point should be"),
    ("1e", "line 1, column 3: the text ends where a digit in the exponent should be"),
    (
      "[-1e999]",
      "line 1, column 2: a number is beyond the largest double; write an infinite value as the string \"infinity\""
    ),
    (
      "NaN",
      "line 1, column 1: NaN and Infinity are not JSON; give a finite number, or the string \"infinity\" where one is allowed"
    ),
    (
      "-Infinity",
      "line 1, column 2: NaN and Infinity are not JSON; give a finite number, or the string \"infinity\" where one is allowed"
    ),
    ("tru", "line 1, column 1: 't' stands where a value should be"),
    ("'a'", "line 1, column 1: ''' stands where a value should be"),
    ("\"a", "line 1, column 3: the text ends inside a string"),
    ("\"a\nb\"", "line 1, column 3: a control character stands in a string; escape it, as in \\n"),
    (
      "\"\\x\"",
      "line 1, column 2: an unknown escape stands in a string; write \\\\ for a backslash"
    ),
    ("\"\\u12g4\"", "line 1, column 6: \\u is not followed by four hexadecimal digits"),
    ("\"\\uD83D\"", "line 1, column 8: half of a surrogate pair stands alone in a string"),
    ("\"\\uD83D\\u0041\"", "line 1, column 14: half of a surrogate pair stands alone in a string"),
    ("\"\\uDE00\"", "line 1, column 8: half of a surrogate pair stands alone in a string"),
    ("\u{FEFF}1", "line 1, column 1: begins with a byte order mark; save as UTF-8 without it"),
    ("é", "line 1, column 1: the byte 0xc3 stands where a value should be"),
    ("// a\n1", "line 1, column 1: '/' stands where a value should be"),
  ])
  func refused(text: String, sentence: String) {
    expectRefusal("x, " + sentence) { () throws(FormatError) in try parse(text) }
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    expectRefusal("x, line 1, column 2: a string is not valid UTF-8; save the file as UTF-8") {
      () throws(FormatError) in try JSON.parse([0x22] + bytes + [0x22], path: "x")
    }
  }

  /// The deepest value fits the smallest stack in use; one level more is refused.
  @Test func depth() {
    func nested(_ levels: Int) -> String {
      (0..<levels).map { $0 % 2 == 0 ? "[" : "{\"a\":" }.joined() + "1"
        + (0..<levels).reversed().map { $0 % 2 == 0 ? "]" : "}" }.joined()
    }
    final class Outcome: Sendable { let text = Mutex("") }
    let outcome = Outcome()
    let (deepest, tooDeep, bottomless) = (
      nested(128), nested(129), String(repeating: "[", count: 1 << 20)
    )
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      let value = try? JSON.parse(Array(deepest.utf8), path: "x")
      outcome.text.withLock { $0 = value?.text(.compact) ?? "refused" }
      done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
    #expect(outcome.text.withLock { $0 } == deepest)
    for text in [tooDeep, bottomless] {
      #expect(throws: FormatError.self) { try parse(text) }
    }
  }

  @Test func layouts() throws {
    let value: JSON = [
      "b": [1, 2.0, "x"], "a": [[1, 2], [3]], "empty": [:], "none": [], "o": ["k": nil],
      "\"\\\n\r\t\u{1}é": .number(.infinity), "m": .number(-.infinity),
    ]
    #expect(
      value.text(.compact)
        == #"{"b":[1,2.0,"x"],"a":[[1,2],[3]],"empty":{},"none":[],"o":{"k":null},"#
        + #""\"\\\n\r\t\u0001é":"infinity","m":"-infinity"}"#)
    #expect(
      value.text(sortedKeys: true) == #"""
        {
          "\"\\\n\r\t\u0001é": "infinity",
          "a": [
            [1, 2],
            [3]
          ],
          "b": [1, 2.0, "x"],
          "empty": {},
          "m": "-infinity",
          "none": [],
          "o": {
            "k": null
          }
        }
        """#)
    try withFolder { folder in
      try value.write(to: folder + "/x.json", .compact)
      #expect(try rawBytes(folder + "/x.json") == value.bytes(.compact) + [0x0A])
      guard case .object(let object) = try JSON.read(folder + "/x.json") else { return }
      #expect(object.keys == ["b", "a", "empty", "none", "o", "\"\\\n\r\t\u{1}é", "m"])
    }
  }

  /// Bit for bit through this reader and through Foundation's, which also checks the grammar.
  @Test func numbersKeepTheirBits() throws {
    var random = SplitMix(state: 4)
    let values =
      awkward + [.pi, 1e16, 1e-5, 0x1p53, .leastNormalMagnitude] + random.doubles(20_000)
    let text = JSON.numbers(values).bytes()
    guard case .array(let elements) = try JSON.parse(text, path: "x") else {
      Issue.record("no array")
      return
    }
    let back = elements.map { if case .number(let value) = $0 { value } else { Double.nan } }
    expectSameBits(back, values)
    expectSameBits(try JSONDecoder().decode([Double].self, from: Data(text)), values)
  }

  @Test func foundationReadsTheStrings() throws {
    let scalars = (UInt32(0)...0x2100).compactMap(Unicode.Scalar.init) + ["\u{FFFF}", "\u{10FFFF}"]
    let texts = scalars.map { "a\($0)b" }
    let bytes = JSON.strings(texts).bytes(.compact)
    #expect(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String] == texts)
    #expect(try JSON.parse(bytes, path: "x") == .strings(texts))
  }

  @Test func objectsAreEdited() {
    var object: JSONObject = ["a": 1, "b": 2]
    object["c"] = 3
    object["a"] = "x"
    object["b"] = nil
    object["d"] = nil
    #expect(object == ["a": "x", "c": 3] && object != ["c": 3, "a": "x"])
    #expect(object.keys == ["a", "c"] && object["b"] == nil)
  }
}
