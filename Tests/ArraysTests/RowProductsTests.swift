import Arrays
import Testing

/// Sizes on both sides of the kernel's four rows and eight columns.
@Test(arguments: [1, 3, 4, 7, 70, 300], [1, 2, 7, 8, 9, 17, 64])
func rowProductsMatchTheNaiveTwinRowByRow(_ m: Int, _ n: Int) {
  let stream = RandomStream(seed: 31)
  for k in [1, 5, n] {
    let a = stream.substream("a").normals(rows: m, columns: k)
    let b = stream.substream("b").normals(rows: k, columns: n)
    let product = RowProducts.product(a, b)
    for i in 0..<m {
      for j in 0..<n {
        let expected = (0..<k).reduce(0.0) { $0 + a[i, $1] * b[$1, j] }
        #expect(abs(product[i, j] - expected) < 1e-13)
      }
      // To the last bit, alone or among others.
      let alone = RowProducts.product(a.rowBlock(i..<i + 1), b)
      #expect(alone.elements.elementsEqual(product[row: i]), "row \(i) of \(m), \(k) x \(n)")
    }
    var sum = product
    var target = sum.elements.mutableSpan
    RowProducts.multiply(
      m: m, n: n, k: k, a.elements.span, b.elements.span, into: &target, adding: true)
    sum.elements = sum.elements.map { $0 / 2 }
    #expect(sum == product)
  }
}
