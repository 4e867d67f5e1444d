import Reports
import Testing

@Suite struct ReportTests {
  @Test func matchesSnapshot() throws {
    let page = Sample.report(images: Sample.gradients).html()
    #expect(xmlComplaint(page) == nil)
    #expect(!leaksNonFinite(page))
    try expectSnapshot(page, "report.html")
    try expectSnapshot(Sample.gradients.svg(), "image-grid.svg")
  }

  @Test func everythingIsEscaped() {
    let evil = "<b>\"&'\u{1}"
    let page = HTMLReport(
      title: evil, lead: evil,
      sections: [
        Section(
          title: evil,
          blocks: [
            .prose(evil), .preformatted(evil), .figures([Figure(svg: "", caption: evil)]),
            .tiles([Tile(label: evil, value: evil, detail: evil)]),
            .table(
              Table(caption: evil, columns: [.init(evil, note: evil)], rows: [[.init(evil)]])),
          ])
      ], provenance: [(evil, evil)]
    ).html()
    #expect(xmlComplaint(page) == nil)
    #expect(!page.contains("<b>"))
  }

  @Test func isSelfContained() {
    let page = Sample.report(images: Sample.gradients).html()
    for word in ["<script", "<link", "@import", "url(", "src=", "href=\"http"] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test func emptyReportIsValid() {
    let page = HTMLReport(title: "", lead: "", sections: []).html()
    #expect(xmlComplaint(page) == nil)
    #expect(!page.contains("class=\"key\""))
    #expect(!page.contains("<footer"))
  }

  @Test func kindsAreNamedOnce() {
    let tile = Tile(label: "a", value: "1", kind: .certificate)
    let page = HTMLReport(
      title: "t", lead: "", sections: [Section(title: "s", blocks: [.tiles([tile])])]
    ).html()
    #expect(page.contains("proved bound"))
    #expect(!page.contains("standard error"))
  }

  @Test func paragraphsAreSplitAtBlankLines() {
    #expect(Block.paragraphs("a\nb\n \n\nc") == "<p>a\nb</p>\n<p>c</p>")
    #expect(Block.paragraphs("  \n") == "")
  }
}

@Suite struct ImageTests {
  @Test func checksums() {
    #expect(PNG.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(PNG.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"),
  ])
  func base64(text: String, expected: String) {
    #expect(Base64.encode(Array(text.utf8)) == expected)
  }

  /// Two blocks: the second must be the last one and hold the rest.
  @Test func longDataIsSplitIntoBlocks() {
    let stored = PNG.zlibStored([UInt8](repeating: 7, count: 70_000))
    #expect(stored.count == 2 + 5 + 65_535 + 5 + 4_465 + 4)
    #expect(Array(stored[2..<7]) == [0, 0xFF, 0xFF, 0, 0])
    #expect(stored[2 + 5 + 65_535] == 1)
  }

  @Test func nastyImagesAreValid() {
    let grid = ImageGrid(
      title: "<&>",
      rows: [.init("a", images: [[.nan, .infinity, -.infinity, 0]]), .init("", images: [])],
      width: 2, height: 2, range: 0...0)
    #expect(xmlComplaint(grid.svg()) == nil)
    #expect(!leaksNonFinite(String(grid.svg().prefix { $0 != "," })))
    let empty = ImageGrid(title: "", rows: [], width: 1, height: 1, range: 0...1)
    #expect(xmlComplaint(empty.svg()) == nil)
  }
}
