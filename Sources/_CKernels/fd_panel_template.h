// Packed means and their products, for one REAL and one width of registers; included once for each, so
// without a guard. KERNEL: how the functions that are not part of others are compiled.

#define LANES (sizeof(VECTOR) / sizeof(REAL))

#define LOAD(p) FD_LOAD(VECTOR, p)
#define STORE(p, v) FD_STORE(VECTOR, p, v)

static inline size_t NAME(padded)(size_t count) { return (count + LANES - 1) / LANES * LANES; }

// The packed means: what the rows of x are held against, in the order in which it is read.
typedef struct {
  // The middle r of the means, the halves of ‖ν_k‖², and ν_k = μ_k − r in groups of components, a block of
  // coordinates after the other (for the products with x), and in panels of coordinates (for the posterior sums).
  const REAL *reference, *half_squares, *by_component, *by_coordinate;
} NAME(packed_means);

static inline NAME(packed_means) NAME(unpack)(size_t d, size_t k, const REAL *packed) {
  NAME(packed_means) means;
  means.reference = packed;
  means.half_squares = means.reference + NAME(padded)(d);
  means.by_component = means.half_squares + k;
  means.by_coordinate = means.by_component + d * k;
  return means;
}

static size_t NAME(packed_means_count)(size_t d, size_t k) {
  const size_t wide_d = NAME(padded)(d);
  return wide_d + k + d * k + k * wide_d;
}

// Components and vectors of rows whose products are summed in registers: 6 × 2 sums, 2 vectors and a number.
enum { NAME(group) = 6, NAME(tile) = 2 * LANES };

// Coordinates whose products are summed in registers: a tile of so many fits the first-level cache.
enum { NAME(depth_block) = 256 };
// Those of the block that begins with coordinate `start` of d.
static inline size_t NAME(block_depth)(size_t start, size_t d) {
  return d - start < NAME(depth_block) ? d - start : NAME(depth_block);
}

// Vectors of coordinates, in panels of nearly equal size: 4 are 2 and 2.
static inline size_t NAME(vector_count)(size_t d) { return (d + LANES - 1) / LANES; }
static inline size_t NAME(panel_count)(size_t d) {
  return (NAME(vector_count)(d) + MOST_VECTORS - 1) / MOST_VECTORS;
}
// The first vector of a panel.
static inline size_t NAME(panel_start)(size_t g, size_t d) { return NAME(vector_count)(d) * g / NAME(panel_count)(d); }
// The first coordinate of a vector: the last vector ends with the last coordinate, and repeats some of the one before.
static inline size_t NAME(vector_start)(size_t v, size_t d) {
  return d < LANES || (v + 1) * LANES <= d ? v * LANES : d - LANES;
}

// Components in groups of nearly equal size, so that none is short: 20 are 4 groups of 5.
static inline size_t NAME(group_count)(size_t k) { return (k + NAME(group) - 1) / NAME(group); }
// The first component of a group.
static inline size_t NAME(group_start)(size_t g, size_t k) { return k * g / NAME(group_count)(k); }

KERNEL void NAME(pack_means)(size_t d, size_t k, const double *means, REAL *packed,
                             fd_means_extent *extent) {
  const size_t wide_d = NAME(padded)(d);
  REAL *reference = packed, *half_squares = reference + wide_d;
  REAL *by_component = half_squares + k, *by_coordinate = by_component + d * k;
  // Any point near the middle serves: its rounding does not matter, and rows are read in order.
  for (size_t t = 0; t < wide_d; t++) reference[t] = 0;
  for (size_t j = 0; j < k; j++)
    for (size_t t = 0; t < d; t++) reference[t] += (REAL)(means[j * d + t] / (double)k);
  double reference_square = 0;
  for (size_t t = 0; t < d; t++) reference_square += (double)reference[t] * (double)reference[t];
  double largest = 0;
  for (size_t j = 0; j < k; j++) {
    double square = 0;
    for (size_t t = 0; t < d; t++) {
      const double nu = (REAL)(means[j * d + t] - (double)reference[t]);
      square += nu * nu;
    }
    half_squares[j] = (REAL)(0.5 * square);
    largest = square > largest ? square : largest;
  }
  for (size_t start = 0; start < d; start += NAME(depth_block)) {
    const size_t count = NAME(block_depth)(start, d);
    for (size_t g = 0; g < NAME(group_count)(k); g++) {
      const size_t from = NAME(group_start)(g, k), size = NAME(group_start)(g + 1, k) - from;
      REAL *panel = by_component + start * k + from * count;
      for (size_t t = 0; t < count; t++)
        for (size_t r = 0; r < size; r++)
          panel[t * size + r] =
              (REAL)(means[(from + r) * d + start + t] - (double)reference[start + t]);
    }
  }
  for (size_t g = 0; g < NAME(panel_count)(d); g++) {
    const size_t from = NAME(panel_start)(g, d), width = NAME(panel_start)(g + 1, d) - from;
    for (size_t j = 0; j < k; j++) {
      for (size_t v = 0; v < width; v++) {
        REAL *panel = by_coordinate + from * LANES * k + (j * width + v) * LANES;
        for (size_t l = 0; l < LANES; l++) {
          const size_t t = NAME(vector_start)(from + v, d) + l;
          panel[l] = t < d ? (REAL)(means[j * d + t] - (double)reference[t]) : (REAL)0;
        }
      }
    }
  }
  extent->largest = sqrt(largest);
  extent->reference = sqrt(reference_square);
}

// Groups of components that stay in the second-level cache while tiles of rows pass.
enum { NAME(groups_at_once) = 32 };

// The products of a group of components with a tile of rows, whose coordinates lie `tile` apart; added to what is
// there if `adding`. Every element is one chain of sums over the depth, whatever its neighbours.
INLINE void NAME(tile_products)(size_t depth, size_t size, const REAL *restrict nu,
                                const REAL *restrict z, int adding, REAL *restrict c) {
  VECTOR sums[NAME(group)][2];
  for (size_t r = 0; r < size; r++)
    for (size_t v = 0; v < 2; v++) sums[r][v] = (VECTOR){0};
  for (size_t t = 0; t < depth; t++) {
    const VECTOR rows[2] = {LOAD(z + t * NAME(tile)), LOAD(z + t * NAME(tile) + LANES)};
    for (size_t r = 0; r < size; r++)
      for (size_t v = 0; v < 2; v++) sums[r][v] += nu[t * size + r] * rows[v];
  }
  for (size_t r = 0; r < size; r++) {
    for (size_t v = 0; v < 2; v++) {
      REAL *to = c + r * NAME(tile) + v * LANES;
      STORE(to, adding ? LOAD(to) + sums[r][v] : sums[r][v]);
    }
  }
}

INLINE void NAME(sized_products)(size_t depth, size_t size, const REAL *restrict nu,
                                 const REAL *restrict z, int adding, REAL *restrict c) {
  switch (size) {
    case 1: NAME(tile_products)(depth, 1, nu, z, adding, c); break;
    case 2: NAME(tile_products)(depth, 2, nu, z, adding, c); break;
    case 3: NAME(tile_products)(depth, 3, nu, z, adding, c); break;
    case 4: NAME(tile_products)(depth, 4, nu, z, adding, c); break;
    case 5: NAME(tile_products)(depth, 5, nu, z, adding, c); break;
    default: NAME(tile_products)(depth, 6, nu, z, adding, c);
  }
}

// Products of all components with tiles of rows: for each tile z is depth × tile and c is k × tile. Meanwhile the rows of
// the next chunk, which begins at `ahead`, are fetched, a share with each group of components: read later all at once, they
// keep memory busy and the rest waiting. Past the end of x nothing is read. 65,536 × 64 × 20 in float64 from memory on two
// threads 88 ns a row, without 107, in the caches 73.
INLINE void NAME(products)(size_t tiles, size_t depth, size_t k, const REAL *restrict nu,
                           const REAL *restrict z, const REAL *ahead, REAL *restrict c) {
  const size_t groups = NAME(group_count)(k);
  for (size_t start = 0; start < depth; start += NAME(depth_block)) {
    const size_t count = NAME(block_depth)(start, depth);
    for (size_t first = 0; first < groups; first += NAME(groups_at_once)) {
      const size_t end = groups - first < NAME(groups_at_once) ? groups : first + NAME(groups_at_once);
      for (size_t i = 0; i < tiles; i++) {
        const REAL *rows = z + (i * depth + start) * NAME(tile);
        for (size_t g = first; g < end; g++) {
          const size_t from = NAME(group_start)(g, k), size = NAME(group_start)(g + 1, k) - from;
          for (size_t r = NAME(tile) * g / groups; r < NAME(tile) * (g + 1) / groups; r++)
            for (size_t t = 0; t < count; t += FD_LINE / sizeof(REAL))
              __builtin_prefetch(ahead + (i * NAME(tile) + r) * depth + start + t, 0, 2);
          NAME(sized_products)(count, size, nu + start * k + from * count, rows, start > 0,
                               c + (i * k + from) * NAME(tile));
        }
      }
    }
  }
}

// Rows of A B for one panel of B, `width` vectors wide: column t of row r of A is a[r][t · tile].
INLINE void NAME(group_products)(size_t depth, const uint32_t *list, size_t width,
                                 const REAL *const a[ROW_GROUP], const REAL *restrict b,
                                 VECTOR sums[ROW_GROUP][MOST_VECTORS]) {
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROW_GROUP; r++)
    for (size_t v = 0; v < width; v++) sums[r][v] = (VECTOR){0};
  for (size_t s = 0; s < depth; s++) {
    const size_t t = list ? list[s] : s;
    const REAL *restrict from = b + t * width * LANES;
    VECTOR columns[MOST_VECTORS];
    for (size_t v = 0; v < width; v++) columns[v] = LOAD(from + v * LANES);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROW_GROUP; r++)
      for (size_t v = 0; v < width; v++) sums[r][v] += a[r][t * NAME(tile)] * columns[v];
  }
}

// Row i of a matrix that lies in tiles, k columns each.
INLINE const REAL *NAME(row_in_tiles)(const REAL *a, size_t i, size_t k) {
  return a + i / NAME(tile) * k * NAME(tile) + i % NAME(tile);
}

// For each group of rows the columns of A in which one of them is not 0; at most 64 rows, in tiles.
INLINE void NAME(list_columns)(size_t rows, size_t depth, const REAL *restrict a,
                               uint32_t *restrict lists, size_t *restrict counts) {
  const size_t tiles = (rows + NAME(tile) - 1) / NAME(tile);
  const size_t groups = (rows + ROW_GROUP - 1) / ROW_GROUP;
  for (size_t g = 0; g < groups; g++) counts[g] = 0;
  for (size_t j = 0; j < depth; j++) {
    uint64_t found = 0;
    for (size_t i = 0; i < tiles; i++) {
      const REAL *from = a + (i * depth + j) * NAME(tile);
      for (size_t v = 0; v < 2; v++) {
        const NAME(mask) some = __builtin_convertvector(LOAD(from + v * LANES) != 0, NAME(mask));
        found |= (uint64_t)NAME(bits)(some) << (i * NAME(tile) + v * LANES);
      }
    }
    for (size_t g = 0; g < groups; g++) {
      lists[g * depth + counts[g]] = (uint32_t)j;
      counts[g] += (found >> (g * ROW_GROUP) & ((1u << ROW_GROUP) - 1)) != 0;
    }
  }
}
