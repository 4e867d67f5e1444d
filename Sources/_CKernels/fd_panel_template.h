// Packed means and their products, for one REAL and one width of registers; included once for each, so
// without a guard. KERNEL: how the functions that are not part of others are compiled.

#define LANES (sizeof(VECTOR) / sizeof(REAL))

#define LOAD(p) FD_LOAD(VECTOR, p)
#define STORE(p, v) FD_STORE(VECTOR, p, v)

static inline size_t NAME(padded)(size_t count) { return (count + LANES - 1) / LANES * LANES; }

// The packed means: what the rows of x are held against, in the order in which it is read.
typedef struct {
  // The middle r of the means, the halves of ‖ν_k‖², and ν_k = μ_k − r in panels of columns (for the
  // products with x) and of coordinates (for the posterior sums).
  const REAL *reference, *half_squares, *by_component, *by_coordinate;
} NAME(packed_means);

static inline NAME(packed_means) NAME(unpack)(size_t d, size_t k, const REAL *packed) {
  const size_t wide_d = NAME(padded)(d), wide_k = NAME(padded)(k);
  NAME(packed_means) means;
  means.reference = packed;
  means.half_squares = means.reference + wide_d;
  means.by_component = means.half_squares + wide_k;
  means.by_coordinate = means.by_component + d * wide_k;
  return means;
}

static size_t NAME(packed_means_count)(size_t d, size_t k) {
  const size_t wide_d = NAME(padded)(d), wide_k = NAME(padded)(k);
  return wide_d + wide_k + d * wide_k + k * wide_d;
}

// Rows and vectors whose products are summed in registers: 6 × 2 sums, 2 vectors and a number. Wide registers
// are twice as many, but 8 or 12 rows are slower there: their addresses do not fit the other registers.
enum { NAME(group) = 6, NAME(most_vectors) = 2 };

// Vectors in the panel that begins at vector `first` of `all`.
static inline size_t NAME(panel_width)(size_t first, size_t all) {
  return all - first < NAME(most_vectors) ? all - first : NAME(most_vectors);
}

KERNEL void NAME(pack_means)(size_t d, size_t k, const double *means, REAL *packed,
                             fd_means_extent *extent) {
  const size_t wide_d = NAME(padded)(d), wide_k = NAME(padded)(k);
  REAL *reference = packed, *half_squares = reference + wide_d;
  REAL *by_component = half_squares + wide_k, *by_coordinate = by_component + d * wide_k;
  // Any point near the middle serves: its rounding does not matter, and rows are read in order.
  for (size_t t = 0; t < wide_d; t++) reference[t] = 0;
  for (size_t j = 0; j < k; j++)
    for (size_t t = 0; t < d; t++) reference[t] += (REAL)(means[j * d + t] / (double)k);
  double reference_square = 0;
  for (size_t t = 0; t < d; t++) reference_square += (double)reference[t] * (double)reference[t];
  double largest = 0;
  for (size_t j = 0; j < wide_k; j++) {
    double square = 0;
    for (size_t t = 0; j < k && t < d; t++) {
      const double nu = (REAL)(means[j * d + t] - (double)reference[t]);
      square += nu * nu;
    }
    half_squares[j] = (REAL)(0.5 * square);
    largest = square > largest ? square : largest;
  }
  for (size_t v = 0, width; v * LANES < wide_k; v += width) {
    width = NAME(panel_width)(v, wide_k / LANES);
    REAL *panel = by_component + v * LANES * d;
    for (size_t t = 0; t < d; t++) {
      for (size_t l = 0; l < width * LANES; l++) {
        const size_t j = v * LANES + l;
        panel[t * width * LANES + l] =
            j < k ? (REAL)(means[j * d + t] - (double)reference[t]) : (REAL)0;
      }
    }
  }
  for (size_t v = 0, width; v * LANES < wide_d; v += width) {
    width = NAME(panel_width)(v, wide_d / LANES);
    REAL *panel = by_coordinate + v * LANES * k;
    for (size_t j = 0; j < k; j++) {
      for (size_t l = 0; l < width * LANES; l++) {
        const size_t t = v * LANES + l;
        panel[j * width * LANES + l] =
            t < d ? (REAL)(means[j * d + t] - (double)reference[t]) : (REAL)0;
      }
    }
  }
  extent->largest = sqrt(largest);
  extent->reference = sqrt(reference_square);
}

// A group of rows of C = A B (or C + A B) for one panel of B, `width` vectors wide. Every element is
// one chain of sums over the depth, whatever its neighbours.
INLINE void NAME(group_products)(size_t depth, const uint32_t *list, size_t width,
                                 const REAL *const a[NAME(group)], const REAL *restrict b,
                                 int adding, REAL *const c[NAME(group)], size_t rows) {
  VECTOR sums[NAME(group)][NAME(most_vectors)];
  for (size_t r = 0; r < NAME(group); r++)
    for (size_t v = 0; v < width; v++) sums[r][v] = (VECTOR){0};
  for (size_t s = 0; s < depth; s++) {
    const size_t t = list ? list[s] : s;
    const REAL *restrict from = b + t * width * LANES;
    VECTOR columns[NAME(most_vectors)];
    for (size_t v = 0; v < width; v++) columns[v] = LOAD(from + v * LANES);
    for (size_t r = 0; r < NAME(group); r++)
      for (size_t v = 0; v < width; v++) sums[r][v] += a[r][t] * columns[v];
  }
  for (size_t r = 0; r < rows; r++) {
    for (size_t v = 0; v < width; v++) {
      REAL *to = c[r] + v * LANES;
      STORE(to, adding ? LOAD(to) + sums[r][v] : sums[r][v]);
    }
  }
}

INLINE void NAME(panel_products)(size_t depth, const uint32_t *list, size_t width,
                                 const REAL *const a[NAME(group)], const REAL *restrict b,
                                 int adding, REAL *const c[NAME(group)], size_t rows) {
  if (width == 2) NAME(group_products)(depth, list, 2, a, b, adding, c, rows);
  else NAME(group_products)(depth, list, 1, a, b, adding, c, rows);
}

// Depth of the products that is summed in registers: a panel of that depth fits the first-level cache.
enum { NAME(depth_block) = 256 };

// C (rows × wide) = A (rows × depth) B, B packed in panels.
INLINE void NAME(products)(size_t rows, size_t depth, size_t wide, const REAL *a, size_t lda,
                           const REAL *b, REAL *c) {
  for (size_t v = 0, width; v * LANES < wide; v += width) {
    width = NAME(panel_width)(v, wide / LANES);
    const REAL *panel = b + v * LANES * depth;
    for (size_t start = 0; start < depth; start += NAME(depth_block)) {
      const size_t count = depth - start < NAME(depth_block) ? depth - start : NAME(depth_block);
      for (size_t i = 0; i < rows; i += NAME(group)) {
        const REAL *from[NAME(group)];
        REAL *to[NAME(group)];
        for (size_t r = 0; r < NAME(group); r++) {
          const size_t row = i + r < rows ? i + r : i;
          from[r] = a + row * lda + start;
          to[r] = c + row * wide + v * LANES;
        }
        NAME(panel_products)(count, 0, width, from, panel + start * width * LANES, start > 0, to,
                         rows - i < NAME(group) ? rows - i : NAME(group));
      }
    }
  }
}

// C (rows × wide) = A B where group g of the rows of A has numbers other than 0 in the columns of
// `lists + g·depth` alone, counts[g] of them. A component left out would add exactly 0.
INLINE void NAME(listed_products)(size_t rows, size_t depth, size_t wide, const REAL *a, size_t lda,
                                  const REAL *b, const uint32_t *lists, const size_t *counts,
                                  REAL *c) {
  for (size_t v = 0, width; v * LANES < wide; v += width) {
    width = NAME(panel_width)(v, wide / LANES);
    const REAL *panel = b + v * LANES * depth;
    for (size_t i = 0; i < rows; i += NAME(group)) {
      const REAL *from[NAME(group)];
      REAL *to[NAME(group)];
      for (size_t r = 0; r < NAME(group); r++) {
        const size_t row = i + r < rows ? i + r : i;
        from[r] = a + row * lda;
        to[r] = c + row * wide + v * LANES;
      }
      const size_t g = i / NAME(group), valid = rows - i < NAME(group) ? rows - i : NAME(group);
      if (counts[g] == depth)
        NAME(panel_products)(depth, 0, width, from, panel, 0, to, valid);
      else
        NAME(panel_products)(counts[g], lists + g * depth, width, from, panel, 0, to, valid);
    }
  }
}

// The columns of A in which one row of a group of rows is not 0, or all where `sparse` is not set.
INLINE size_t NAME(list_columns)(size_t rows, size_t depth, const REAL *a, size_t lda, int sparse,
                                 uint32_t *list) {
  if (!sparse) return depth;
  size_t count = 0;
  for (size_t j = 0; j < depth; j++) {
    int any = 0;
    for (size_t r = 0; r < NAME(group); r++) any |= a[(r < rows ? r : 0) * lda + j] != 0;
    list[count] = (uint32_t)j;
    count += (size_t)any;
  }
  return count;
}

// The upper half of some lanes before the lower, and so on: each fold leaves the result in half as many.
#if LANES_LOG2 == 4
#define FOLDS(v, fold)                                                                      \
  fold(__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)) \
  fold(__builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)) \
  fold(__builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13))
#elif LANES_LOG2 == 3
#define FOLDS(v, fold)                                              \
  fold(__builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3))       \
  fold(__builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5))
#else
#define FOLDS(v, fold) fold(__builtin_shufflevector(v, v, 2, 3, 0, 1))
#endif

INLINE REAL NAME(largest_lane)(const VECTOR *v) {
  VECTOR most = *v, other;
#define LARGER(shuffled) other = shuffled, most = most > other ? most : other;
  FOLDS(most, LARGER)
#undef LARGER
  return most[0] > most[1] ? most[0] : most[1];
}

INLINE REAL NAME(sum_of_lanes)(const VECTOR *v) {
  VECTOR sum = *v;
#define ADD(shuffled) sum += shuffled;
  FOLDS(sum, ADD)
#undef ADD
  return sum[0] + sum[1];
}
