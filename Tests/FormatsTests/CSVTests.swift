import Arrays
import Formats
import Foundation
import Testing

struct CSVTests {
  private func parse(_ text: String) throws(FormatError) -> CSV.Table {
    try CSV.parse(Array(text.utf8), path: "x")
  }

  @Test func filesOfOtherPrograms() throws {
    let savetxt = try CSV.read(fixture("savetxt.txt"))
    #expect(savetxt.header == ["a", "b"])
    #expect(savetxt.values.rows == 2)
    #expect(bits(savetxt.values.elements) == bits([0.1, -0.0, awkward[3], awkward[4]]))
    for name in ["two.csv.gz", "members.csv.gz"] {
      let table = try CSV.read(fixture(name))
      #expect(table.header == ["x", "y"], "\(name)")
      #expect(bits(table.values.elements) == bits([0.1, -2000, 3, 0x1p-1074]), "\(name)")
    }
  }

  @Test(arguments: [
    "1,2\n3,4\n", "1,2\r\n3,4", "1;2\n3;4\n\n \n", "1\t2\n3\t4", "  1   2 \n 3 4\n",
    " 1 , 2 \n\"3\",\"4\"\n", "\u{FEFF}1,2\n3,4\n", "+1.,.2e1\n3e0,4E+00\n", "1 \"2\"\n\"3\" 4",
  ])
  func spellings(text: String) throws {
    let table = try parse(text)
    #expect(table.header == nil)
    #expect(table.values == Matrix(rows: 2, columns: 2, elements: [1, 2, 3, 4]))
  }

  @Test(arguments: [
    ("x,y\n1,2\n", ["x", "y"]), ("# x y\n1 2\n", ["x", "y"]), ("#x;y\n1;2", ["x", "y"]),
    ("\"a,b\",\"say \"\"c\"\"\"\n1,2\n", ["a,b", "say \"c\""]),
    ("first name,d\n1,2", ["first name", "d"]),
  ])
  func headers(text: String, names: [String]) throws {
    let table = try parse(text)
    #expect(table.header == names)
    #expect(table.values.elements == [1, 2])
    #expect(table.column(names[1]) == [2] && table.column("missing") == nil)
  }

  @Test(arguments: [
    ("", "x: holds no samples; give one sample a line"),
    ("a,b\n", "x: holds no samples; give one sample a line"),
    ("\n\n", "x: holds no samples; give one sample a line"),
    ("1,2\n3\n", "x, row 2: has 1 field; the lines before it have 2"),
    ("a,b\n1,2,3\n", "x, row 2: has 3 fields; the lines before it have 2"),
    ("1,2\n\n3,4\n", "x, row 2: is blank; only the last lines may be"),
    (
      "1,2\n3,four\n",
      "x, row 2, column 2: 'four' is not a number; a header has words only, a sample numbers"
    ),
    (
      "1,l.5\n3,4\n",
      "x, row 1, column 2: 'l.5' is not a number; a header has words only, a sample numbers"
    ),
    ("1,2\n3,\n", "x, row 2, column 2: a field is empty; give a number"),
    (
      ",x\n1,2\n",
      "x, row 1, column 1: a column has no name; name it, or leave the column out (pandas: index=False)"
    ),
    ("1,2\nnan,4\n", "x, row 2, column 1: 'nan' is not a finite number; remove or mend the line"),
    (
      "1,-Infinity\n3,4\n",
      "x, row 1, column 2: '-Infinity' is not a finite number; remove or mend the line"
    ),
    (
      "1,2\n3,1e999\n",
      "x, row 2, column 2: '1e999' is not a finite number; remove or mend the line"
    ),
    ("0,5;1\n2;3\n", "x, row 1, column 1: '0,5' is not a number; use a point as decimal mark"),
    ("1,2\n\"3,4\n", "x, row 2, column 1: a quoted field does not end; close the quotes"),
    ("1,2\n\"3\"4,5\n", "x, row 2, column 1: a quoted field does not end; close the quotes"),
    (
      "1,2\r3,4\r",
      "x, row 1, column 2: '2\\u{d}3' is not a number; end lines with line feeds, not carriage returns"
    ),
    (
      "1,0x10\n",
      "x, row 1, column 2: '0x10' is not a number; a header has words only, a sample numbers"
    ),
    (
      "1,2\n3,1e\n",
      "x, row 2, column 2: '1e' is not a number; a header has words only, a sample numbers"
    ),
    (
      "1,2\n3,.\n",
      "x, row 2, column 2: '.' is not a number; a header has words only, a sample numbers"
    ),
    (
      "1,2\n3,1_000\n",
      "x, row 2, column 2: '1_000' is not a number; a header has words only, a sample numbers"
    ),
  ])
  func malformed(text: String, sentence: String) {
    expectRefusal(sentence) { () throws(FormatError) in try parse(text) }
  }

  @Test func otherEncodings() {
    expectRefusal("x: is UTF-16 text; save it as UTF-8") { () throws(FormatError) in
      try CSV.parse([0xFF, 0xFE, 0x31, 0x00], path: "x")
    }
  }

  /// Decimal text of every kind is rounded as the C library's `strtod` does.
  @Test func decimalsAreRoundedCorrectly() throws {
    var random = SplitMix(state: 2)
    var texts = [
      "9007199254740993", "9007199254740992.5", "0.1e22", "1e23", "8.5e22", "1e-22", "1e-23",
      "2.2250738585072011e-308", "4.9e-324", "2.4703282292062327e-324", "1e-400", "0e99999",
      "1.7976931348623158e308", "123456789012345678901234567890e-20", "5e-1", "-0e5",
      "0.000000000000000000000000000001", "1" + String(repeating: "0", count: 300),
      "0." + String(repeating: "3", count: 1000), "00000000000000000000000000000012.50",
      "1.00000000000000011102230246251565", "1.00000000000000011102230246251566",
    ]
    for _ in 0..<20_000 {
      let digits = String(random.next() % 1_000_000_000_000_000_000).suffix(
        Int.random(in: 1...18, using: &random))
      let point = Int.random(in: 0...digits.count, using: &random)
      let exponent = Int.random(in: -40...40, using: &random)
      texts.append("-\(digits.prefix(point)).\(digits.dropFirst(point))e\(exponent)")
    }
    let found = try parse(texts.joined(separator: "\n")).values.elements
    expectSameBits(found, texts.map { unsafe strtod($0, nil) })
  }

  @Test func roundTripKeepsBits() throws {
    var random = SplitMix(state: 3)
    let matrix = Matrix(rows: 5000, columns: 2, elements: random.doubles(10_000))
    let names = ["a;b # \"c\"\t", " d,"]
    try withFolder { folder in
      for name in ["x.csv", "x.csv.gz", "x.CSV.GZ"] {
        try CSV.write(matrix, header: names, to: folder + "/" + name)
        let table = try CSV.read(folder + "/" + name)
        #expect(table.header == names)
        expectSameBits(table.values.elements, matrix.elements)
        #expect(try rawBytes(folder + "/" + name).starts(with: [0x1F, 0x8B]) == (name != "x.csv"))
      }
    }
    let one = Matrix(rows: 1, columns: 1, elements: [2.5])
    for name in ["my name", "#x", "a;b", "a\tb"] {
      #expect(try CSV.parse(CSV.bytes(one, header: [name]), path: "x").header == [name])
    }
  }

  @Test func tablesOfWords() {
    #expect(
      CSV.text(header: ["rule", "b c"], rows: [["a,b", "say \"x\""], ["", "é"]])
        == "rule,\"b c\"\n\"a,b\",\"say \"\"x\"\"\"\n,é\n")
  }
}
