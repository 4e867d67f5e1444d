// The kernels of fd_posterior.h for one REAL and one width of registers; included once for each, so without
// a guard, and the last: undefines what they are made of.
//
// Rows lie in tiles, coordinate after coordinate and component after component, each row in a lane of its own: what
// is done for all components of a row is done for a register of rows, without a sum or a maximum over lanes.

#include "fd_panel_template.h"
// In the order of their use.
#include "fd_difference_template.h"

// The most bytes of means for which groups of rows are finished one after the other: they are read for each group.
enum { NAME(most_means) = 1 << 20 };

// Rows handled together: as many as a word has bits.
enum { NAME(chunk) = 64, NAME(most_groups) = (NAME(chunk) + ROW_GROUP - 1) / ROW_GROUP };

static size_t NAME(list_count)(size_t k) { return k * NAME(most_groups); }

// Tiles of so many rows.
static inline size_t NAME(tiles)(size_t rows) { return (rows + NAME(tile) - 1) / NAME(tile); }

static size_t NAME(work_count)(size_t n, size_t d, size_t k) {
  const size_t rows = NAME(tiles)(n < NAME(chunk) ? n : NAME(chunk)) * NAME(tile);
  // Rounded up to whole registers and, for the last, to a line: they begin in aligned memory.
  return rows * (d + k) + k + LANES + ROW_GROUP * d + FD_LINE / sizeof(REAL);
}

// z = x − m r for a register of rows, and its squares; in double where r is so long that m in REAL would spoil z.
// Rows that are missing are the last again.
INLINE void NAME(centre)(size_t d, size_t rows, const REAL *restrict x, const double *restrict m,
                         const REAL *restrict factors, int long_reference, const REAL *restrict reference,
                         REAL *restrict z, REAL *restrict squares) {
  // Two chains of sums.
  VECTOR square[2] = {{0}, {0}};
  size_t from[LANES];
  for (size_t i = 0; i < LANES; i++) from[i] = (i < rows ? i : rows - 1) * d;
  if (long_reference || d < LANES) {
    for (size_t t = 0; t < d; t++) {
      REAL *to = z + t * NAME(tile);
      for (size_t i = 0; i < LANES; i++) {
        const REAL value = x[from[i] + t];
        to[i] = long_reference ? (REAL)((double)value - m[i < rows ? i : rows - 1] * (double)reference[t])
                               : value - factors[i] * reference[t];
      }
      square[0] += LOAD(to) * LOAD(to);
    }
  } else {
    const VECTOR shifts = LOAD(factors);
    for (size_t t = 0; t < d; t += LANES) {
      // The last block ends with the last coordinate, and repeats some of the one before.
      const size_t start = t + LANES <= d ? t : d - LANES;
      VECTOR block[LANES];
#pragma clang loop unroll(full)
      for (size_t i = 0; i < LANES; i++) block[i] = LOAD(x + from[i] + start);
      NAME(transpose)(block);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < LANES; i++) {
        block[i] -= shifts * reference[start + i];
        STORE(z + (start + i) * NAME(tile), block[i]);
        if (start + i >= t) square[i % 2] += block[i] * block[i];
      }
    }
  }
  STORE(squares, square[0] + square[1]);
}

// Products z·ν_k of a tile become logits w_k + scale (z·ν_k − m ‖ν_k‖²/2); the largest and the smallest.
INLINE void NAME(logits)(size_t k, const REAL *restrict scale, const REAL *restrict m,
                         const REAL *restrict weights, const REAL *restrict half_squares,
                         REAL *restrict tile, REAL *restrict most, REAL *restrict least) {
  for (size_t v = 0; v < NAME(tile); v += LANES) {
    const VECTOR scales = LOAD(scale + v), shifts = LOAD(m + v);
    VECTOR top = (VECTOR){0} - (REAL)INFINITY, bottom = (VECTOR){0} + (REAL)INFINITY;
    for (size_t j = 0; j < k; j++) {
      REAL *at = tile + j * NAME(tile) + v;
      const VECTOR l = weights[j] + scales * (LOAD(at) - shifts * half_squares[j]);
      STORE(at, l);
      top = l > top ? l : top;
      bottom = l < bottom ? l : bottom;
    }
    STORE(most + v, top);
    STORE(least + v, bottom);
  }
}

// How many logits of each row of a tile are at least `least`.
INLINE void NAME(count_from)(size_t k, const REAL *restrict least, const REAL *restrict tile,
                             REAL *restrict counts) {
  const VECTOR none = {0}, one = none + 1;
  for (size_t v = 0; v < NAME(tile); v += LANES) {
    const VECTOR bound = LOAD(least + v);
    VECTOR found = none;
    for (size_t j = 0; j < k; j++)
      found += LOAD(tile + j * NAME(tile) + v) >= bound ? one : none;
    STORE(counts + v, found);
  }
}

// The logits of a tile become exp(logit − top), or 0 below exp(floor); their sums.
INLINE void NAME(exponentials)(size_t k, REAL floor, const REAL *restrict top, REAL *restrict tile,
                               REAL *restrict sums) {
  const VECTOR first = LOAD(top), second = LOAD(top + LANES);
  VECTOR totals[2] = {{0}, {0}};
  for (size_t j = 0; j < k; j++) {
    REAL *at = tile + j * NAME(tile);
    VECTOR e = LOAD(at) - first, f = LOAD(at + LANES) - second;
    NAME(exponential)(&e, floor);
    NAME(exponential)(&f, floor);
    STORE(at, e);
    STORE(at + LANES, f);
    totals[0] += e;
    totals[1] += f;
  }
  STORE(sums, totals[0]);
  STORE(sums + LANES, totals[1]);
}

// The first component that has the largest logit of a row.
INLINE size_t NAME(index_of)(REAL value, size_t k, const REAL *row) {
  size_t j = 0;
  while (j + 1 < k && row[j * NAME(tile)] != value) j++;
  return j;
}

// What makes rows out = p r + e z + h_factor h of products h; z = x − factor r, or x − m r in double as in `centre`.
typedef struct {
  int long_reference;
  REAL p;
  const REAL *reference, *x, *e, *h_factor, *factor;
  const double *m;
  // Rows that are summed by differences later.
  const uint8_t *direct;
  // Room for a group of rows that are written past the caches; none for rows that are written right away, as all are
  // where some will be written again.
  REAL *room, *out;
} NAME(row_sums);

// Copies past the caches, line by line: of lines that are overwritten as a whole memory is not read first.
INLINE void NAME(stream)(size_t count, const REAL *from, REAL *to) {
  enum { in_line = FD_LINE / sizeof(REAL) };
  size_t i = 0;
  for (; i < count && (uintptr_t)(to + i) % FD_LINE; i++) to[i] = from[i];
  for (; i + in_line <= count; i += in_line)
    for (size_t v = 0; v < in_line; v += LANES)
      __builtin_nontemporal_store(LOAD(from + i + v), (VECTOR *)(to + i + v));
  for (; i < count; i++) to[i] = from[i];
}

// A group of rows, the i-th and those after, of posterior sums in the coordinates of a panel, γ in tiles, where the
// group has numbers other than 0 in the columns of `list` alone, `count` of them: a component left out would add
// exactly 0. The sums become `out` while they are in registers: with those of 8 × 3, 60 µs in place of 68 for 1,024 ×
// 64 × 20 in float32.
INLINE void NAME(group_sums)(size_t i, size_t rows, size_t d, size_t k, const size_t *start, size_t width,
                             const REAL *gamma, const REAL *panel, const uint32_t *list, size_t count,
                             const NAME(row_sums) *to, REAL *restrict out) {
  const size_t valid = rows - i < ROW_GROUP ? rows - i : ROW_GROUP;
  // Missing rows: lanes of the tile where groups never lie in two, and the first row of the group otherwise.
  const REAL *from[ROW_GROUP];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROW_GROUP; r++)
    from[r] = NAME(tile) % ROW_GROUP == 0 ? NAME(row_in_tiles)(gamma, i, k) + r
                                          : NAME(row_in_tiles)(gamma, r < valid ? i + r : i, k);
  VECTOR sums[ROW_GROUP][MOST_VECTORS], middle[MOST_VECTORS];
  if (count == k) NAME(group_products)(k, 0, width, from, panel, sums);
  else NAME(group_products)(count, list, width, from, panel, sums);
  const REAL *restrict x = to->x + i * d, *restrict e = to->e + i;
  const REAL *restrict h_factor = to->h_factor + i, *restrict factor = to->factor + i;
  if (to->long_reference || d < LANES) {
    REAL h[ROW_GROUP][MOST_VECTORS * LANES];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROW_GROUP; r++)
      for (size_t v = 0; v < width; v++) STORE(h[r] + v * LANES, sums[r][v]);
    for (size_t r = 0; r < valid; r++) {
      for (size_t l = 0; l < width * LANES && !to->direct[i + r]; l++) {
        const size_t t = start[l / LANES] + l % LANES;
        if (t >= d) break;
        const REAL z = (REAL)((double)x[r * d + t] - to->m[i + r] * (double)to->reference[t]);
        out[r * d + t] = to->p * to->reference[t] + (e[r] * z + h_factor[r] * h[r][l]);
      }
    }
    return;
  }
  for (size_t v = 0; v < width; v++) middle[v] = LOAD(to->reference + start[v]);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROW_GROUP; r++) {
    if (r < valid) {
      for (size_t v = 0; v < width; v++) {
        const VECTOR z = LOAD(x + start[v]) - factor[r] * middle[v];
        STORE(out + start[v], to->p * middle[v] + (e[r] * z + h_factor[r] * sums[r][v]));
      }
      x += d;
      out += d;
    }
  }
}

// The groups that begin from the i-th row on and before `end`, by one panel; groups have lists one after the other.
INLINE void NAME(panel_sums)(size_t i, size_t end, size_t rows, size_t d, size_t k, size_t first, size_t width,
                             const REAL *gamma, const REAL *panel, const uint32_t *lists, const size_t *counts,
                             const NAME(row_sums) *to, REAL *out) {
  size_t start[MOST_VECTORS];
  for (size_t v = 0; v < width; v++) start[v] = NAME(vector_start)(first + v, d);
  for (; i < end; i += ROW_GROUP, out += ROW_GROUP * d) {
    // Where results two groups on go, before the products: stores that jump from row to row wait for lines of memory.
    if (!to->room)
      for (size_t r = 0; r < ROW_GROUP; r++)
        for (size_t v = 0; v < width; v++) __builtin_prefetch(out + (2 * ROW_GROUP + r) * d + start[v], 1, 3);
    const size_t g = i / ROW_GROUP;
    NAME(group_sums)(i, rows, d, k, start, width, gamma, panel, lists + g * k, counts[g], to, out);
  }
}

INLINE void NAME(posterior_sums)(size_t rows, size_t d, size_t k, const REAL *gamma,
                                 const REAL *by_coordinate, const uint32_t *lists,
                                 const size_t *counts, const NAME(row_sums) *to) {
  // Rows that are to be written past the caches are finished one group after the other.
  const size_t at_once = to->room ? ROW_GROUP : rows;
  for (size_t i = 0; i < rows; i += at_once) {
    const size_t end = rows - i < at_once ? rows : i + at_once;
    REAL *out = to->room ? to->room : to->out + i * d;
    for (size_t g = 0; g < NAME(panel_count)(d); g++) {
      const size_t first = NAME(panel_start)(g, d), width = NAME(panel_start)(g + 1, d) - first;
      const REAL *panel = by_coordinate + first * LANES * k;
#define PANEL(width) NAME(panel_sums)(i, end, rows, d, k, first, width, gamma, panel, lists, counts, to, out)
      if (width == 1) PANEL(1);
      else if (width == 2) PANEL(2);
      else PANEL(MOST_VECTORS);
#undef PANEL
    }
    if (to->room) NAME(stream)((end - i) * d, to->room, to->out + i * d);
  }
}

KERNEL void NAME(shared_posterior)(size_t n, size_t d, size_t k, const REAL *x,
                                   const double *shift, const double *a, const double *b,
                                   const double *means, const REAL *packed,
                                   const fd_means_extent *extent, double lambda,
                                   const double *log_weights, double p, const double *e1,
                                   double e0, REAL *work, uint32_t *lists, REAL *gamma,
                                   double *log_sum, int past_caches, REAL *out) {
  const NAME(packed_means) nu = NAME(unpack)(d, k, packed);
  REAL *z = (REAL *)(((uintptr_t)work + sizeof(VECTOR) - 1) / sizeof(VECTOR) * sizeof(VECTOR));
  const size_t most = NAME(tiles)(n < NAME(chunk) ? n : NAME(chunk)) * NAME(tile);
  REAL *logits = z + most * d, *weights = logits + most * k;
  const int streams = past_caches && k * d * sizeof(REAL) <= NAME(most_means);
  REAL *room = streams ? (REAL *)(((uintptr_t)(weights + k) + FD_LINE - 1) / FD_LINE * FD_LINE) : 0;
  for (size_t j = 0; j < k; j++) weights[j] = (REAL)log_weights[j];
  double least_weight = log_weights[0];
  int unequal = 0;
  for (size_t j = 1; j < k; j++) {
    unequal |= log_weights[j] != log_weights[0];
    least_weight = log_weights[j] < least_weight ? log_weights[j] : least_weight;
  }
  // Only sums leave out small responsibilities.
  const REAL floor = out ? (REAL)LOG_NEGLIGIBLE : (REAL)LOG_SMALLEST;
  // Rounding errors in a scalar product of d terms, summed in blocks.
  const size_t chain = d < NAME(depth_block) ? d : NAME(depth_block);
  const double steps = 10 + (double)chain + (double)(d / NAME(depth_block));
  const double per_length = (double)UNIT * extent->largest * steps;
  const int long_reference = extent->reference > extent->largest;
  double last_c = NAN, log_c = 0;
  for (size_t first = 0; first < n; first += NAME(chunk)) {
    const size_t rows = n - first < NAME(chunk) ? n - first : NAME(chunk);
    const size_t tiles = NAME(tiles)(rows);
    REAL squares[NAME(chunk)], scales[NAME(chunk)], shifts[NAME(chunk)], top[NAME(chunk)];
    REAL bottom[NAME(chunk)], lowest[NAME(chunk)], counts[NAME(chunk)];
    double variance[NAME(chunk)], slope[NAME(chunk)], reach[NAME(chunk)], bounds[NAME(chunk)];
    uint8_t direct[NAME(chunk)];
    for (size_t i = 0; i < tiles * NAME(tile); i++)
      shifts[i] = (REAL)shift[first + (i < rows ? i : rows - 1)];
    for (size_t i = 0; i < tiles * NAME(tile); i += LANES) {
      const size_t row = i < rows ? i : rows - 1;
      NAME(centre)(d, rows - row, x + (first + row) * d, shift + first + row, shifts + i, long_reference,
                   nu.reference, z + i / NAME(tile) * NAME(tile) * d + i % NAME(tile), squares + i);
    }
    // All rows in one loop, for the divisions: one after the other they took a quarter of the time.
    for (size_t i = 0; i < rows; i++) {
      const double m = shift[first + i], c = a[first + i] * lambda + b[first + i];
      variance[i] = c;
      slope[i] = m / c;
      reach[i] = m * extent->largest;
      const double length = (double)__builtin_elementwise_sqrt(squares[i]) + reach[i];
      bounds[i] = slope[i] * (per_length * length + (double)d * (double)SMALLEST);
      scales[i] = (REAL)slope[i];
    }
    for (size_t i = rows; i < tiles * NAME(tile); i++) scales[i] = scales[rows - 1];
    NAME(products)(tiles, d, k, nu.by_component, z, x + (first + NAME(chunk)) * d, logits);
    for (size_t i = 0; i < tiles; i++) {
      const size_t at = i * NAME(tile);
      NAME(logits)(k, scales + at, shifts + at, weights, nu.half_squares, logits + at * k, top + at,
                   bottom + at);
    }
    // Where products may have lost digits that matter.
    int doubtful = log_sum != 0;
    for (size_t i = 0; i < rows; i++) {
      const double c = variance[i], m = reach[i];
      // The least that ‖x − m μ‖² of the likeliest component can be; where weights differ, itself.
      double q = (double)squares[i] - 2 * c * ((double)top[i] - least_weight);
      if (unequal && !(m * m <= 64 * q)) {
        const size_t best = NAME(index_of)(top[i], k, NAME(row_in_tiles)(logits, i, k));
        q = (double)squares[i] - 2 * c * ((double)top[i] - log_weights[best]);
      }
      direct[i] = !(m * m <= 64 * q);
      const int in_doubt = !(bounds[i] <= (double)TOLERANCE);
      doubtful |= in_doubt;
      lowest[i] = in_doubt || log_sum
                      ? NAME(least_that_matters)(top[i], bounds[i], (double)TOLERANCE)
                      : (REAL)INFINITY;
    }
    if (doubtful) {
      for (size_t i = rows; i < tiles * NAME(tile); i++) lowest[i] = (REAL)INFINITY;
      for (size_t i = 0; i < tiles; i++) {
        const size_t at = i * NAME(tile);
        NAME(count_from)(k, lowest + at, logits + at * k, counts + at);
      }
    }
    for (size_t i = 0; doubtful && i < rows; i++) {
      const double m = shift[first + i], c = variance[i];
      const REAL *point = x + (first + i) * d;
      REAL *row = (REAL *)NAME(row_in_tiles)(logits, i, k);
      double log_top = 0;
      if (!(bounds[i] < 1e300) || !(top[i] > -(REAL)INFINITY && top[i] < (REAL)INFINITY)) {
        NAME(refine_all)(d, k, point, m, c, means, log_weights, &log_top, row);
        direct[i] = 1;
        top[i] = 0;
      } else if (log_sum || counts[i] > 1) {
        const size_t best = NAME(index_of)(top[i], k, row);
        const double q = NAME(refine)(d, k, point, m, c, means, log_weights, lowest[i], row, best);
        top[i] = 0;
        bottom[i] = row[0];
        for (size_t j = 0; j < k; j++) {
          const REAL l = row[j * NAME(tile)];
          top[i] = l > top[i] ? l : top[i];
          bottom[i] = l < bottom[i] ? l : bottom[i];
        }
        log_top = log_weights[best] - q / (2 * c) + (double)top[i];
      }
      // A batch is mostly at one time.
      if (log_sum && c != last_c) {
        log_c = log(c);
        last_c = c;
      }
      if (log_sum) log_sum[first + i] = log_top - 0.5 * (double)d * log_c;
    }
    for (size_t i = 0; i < tiles; i++) {
      const size_t at = i * NAME(tile);
      NAME(exponentials)(k, floor, top + at, logits + at * k, counts + at);
    }
    double inverse[NAME(chunk)];
    for (size_t i = 0; i < rows; i++) inverse[i] = 1 / (double)counts[i];
    for (size_t i = 0; log_sum && i < rows; i++) log_sum[first + i] += log((double)counts[i]);
    for (size_t i = 0; gamma && i < rows; i++) {
      const REAL *row = NAME(row_in_tiles)(logits, i, k);
      for (size_t j = 0; j < k; j++)
        gamma[(first + i) * k + j] = row[j * NAME(tile)] * (REAL)inverse[i];
    }
    if (!out) continue;
    int sparse = 0, some_direct = 0;
    for (size_t i = 0; i < rows; i++) {
      some_direct |= direct[i];
      sparse |= direct[i] | !(bottom[i] - top[i] >= floor);
    }
    size_t active[NAME(most_groups)];
    for (size_t g = 0; g < NAME(most_groups); g++) active[g] = k;
    if (sparse) NAME(list_columns)(rows, k, logits, lists, active);
    REAL e[NAME(chunk)], h_factor[NAME(chunk)];
    for (size_t i = 0; i < rows; i++) {
      const double numerator = e1[first + i] * lambda + e0, factor = numerator == 0 ? 0 : numerator / variance[i];
      e[i] = (REAL)factor;
      h_factor[i] = (REAL)((p - factor * shift[first + i]) * inverse[i]);
    }
    const NAME(row_sums) to = {long_reference, (REAL)p, nu.reference, x + first * d, e, h_factor, shifts,
                               shift + first, direct, some_direct ? 0 : room, out + first * d};
    NAME(posterior_sums)(rows, d, k, logits, nu.by_coordinate, lists, active, &to);
    for (size_t i = 0; sparse && i < rows; i++) {
      if (!direct[i]) continue;
      const double m = shift[first + i], c = variance[i], numerator = e1[first + i] * lambda + e0;
      const REAL *row = NAME(row_in_tiles)(logits, i, k);
      size_t count = 0;
      for (size_t j = 0; j < k; j++) {
        lists[count] = (uint32_t)j;
        count += row[j * NAME(tile)] != 0;
      }
      NAME(sum_of_differences)(d, count, lists, x + (first + i) * d, m, p, numerator == 0 ? 0 : numerator / c,
                               means, row, inverse[i], out + (first + i) * d);
    }
  }
  if (streams) fd_finish_streams();
}

#undef LANES
#undef LOAD
#undef STORE
#undef ROW_GROUP
#undef MOST_VECTORS
#undef VECTOR
#undef NAME
#undef KERNEL
