// The kernels of fd_posterior.h for one REAL and one width of registers; included once for each, so without
// a guard, and the last: undefines what they are made of.
//
// Rows lie in tiles, coordinate after coordinate and component after component, each row in a lane of its own: what
// is done for all components of a row is done for a register of rows, without a sum or a maximum over lanes.

#include "fd_panel_template.h"
// In the order of their use.
#include "fd_difference_template.h"

// Rows handled together: as many as a word has bits.
enum { NAME(chunk) = 64, NAME(most_groups) = (NAME(chunk) + NAME(group) - 1) / NAME(group) };

static size_t NAME(list_count)(size_t k) { return k * NAME(most_groups); }

// Tiles of so many rows.
static inline size_t NAME(tiles)(size_t rows) { return (rows + NAME(tile) - 1) / NAME(tile); }

static size_t NAME(work_count)(size_t n, size_t d, size_t k) {
  const size_t rows = NAME(tiles)(n < NAME(chunk) ? n : NAME(chunk)) * NAME(tile);
  // Rounded up to whole registers: the first two are read from aligned memory.
  return rows * (d + k + NAME(padded)(d)) + k + LANES;
}

// z = x − m r for a register of rows, and its squares; in double where r is so long that m in REAL would spoil z.
// Rows that are missing are the last again.
INLINE void NAME(centre)(size_t d, size_t rows, const REAL *restrict x, const double *restrict m,
                         int long_reference, const REAL *restrict reference, REAL *restrict z,
                         REAL *restrict squares) {
  VECTOR square = {0};
  size_t from[LANES];
  REAL factor[LANES];
  for (size_t i = 0; i < LANES; i++) {
    const size_t row = i < rows ? i : rows - 1;
    from[i] = row * d;
    factor[i] = (REAL)m[row];
  }
  size_t t = 0;
  for (; !long_reference && t + LANES <= d; t += LANES) {
    const VECTOR middle = LOAD(reference + t);
    VECTOR block[LANES];
    for (size_t i = 0; i < LANES; i++) block[i] = LOAD(x + from[i] + t) - factor[i] * middle;
    NAME(transpose)(block);
    for (size_t i = 0; i < LANES; i++) {
      STORE(z + (t + i) * NAME(tile), block[i]);
      square += block[i] * block[i];
    }
  }
  for (; t < d; t++) {
    REAL *to = z + t * NAME(tile);
    for (size_t i = 0; i < LANES; i++) {
      const size_t row = i < rows ? i : rows - 1;
      const REAL value = x[from[i] + t];
      to[i] = long_reference ? (REAL)((double)value - m[row] * (double)reference[t])
                             : value - factor[i] * reference[t];
    }
    square += LOAD(to) * LOAD(to);
  }
  STORE(squares, square);
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

// out = p r + e z + h_factor h, z as in `centre`.
INLINE void NAME(add_up)(size_t d, REAL p, REAL e, REAL h_factor, double m, int long_reference,
                         const REAL *restrict reference, const REAL *restrict x,
                         const REAL *restrict h, REAL *restrict out) {
  const REAL factor = (REAL)m;
  if (long_reference && e != 0) {
    for (size_t t = 0; t < d; t++) {
      const REAL z = (REAL)((double)x[t] - m * (double)reference[t]);
      out[t] = (p == 0 ? 0 : p * reference[t]) + (e * z + h_factor * h[t]);
    }
  } else if (p == 0) {
    for (size_t t = 0; t < d; t++) out[t] = e * (x[t] - factor * reference[t]) + h_factor * h[t];
  } else if (e == 0) {
    for (size_t t = 0; t < d; t++) out[t] = p * reference[t] + h_factor * h[t];
  } else {
    for (size_t t = 0; t < d; t++)
      out[t] = p * reference[t] + e * (x[t] - factor * reference[t]) + h_factor * h[t];
  }
}

KERNEL void NAME(shared_posterior)(size_t n, size_t d, size_t k, const REAL *x,
                                   const double *shift, const double *a, const double *b,
                                   const double *means, const REAL *packed,
                                   const fd_means_extent *extent, double lambda,
                                   const double *log_weights, double p, const double *e1,
                                   double e0, REAL *work, uint32_t *lists, REAL *gamma,
                                   double *log_sum, REAL *out) {
  const NAME(packed_means) nu = NAME(unpack)(d, k, packed);
  const size_t wide_d = NAME(padded)(d);
  REAL *z = (REAL *)(((uintptr_t)work + sizeof(VECTOR) - 1) / sizeof(VECTOR) * sizeof(VECTOR));
  const size_t most = NAME(tiles)(n < NAME(chunk) ? n : NAME(chunk)) * NAME(tile);
  REAL *logits = z + most * d, *sums = logits + most * k, *weights = sums + most * wide_d;
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
    for (size_t i = 0; i < tiles * NAME(tile); i += LANES) {
      const size_t row = i < rows ? i : rows - 1;
      NAME(centre)(d, rows - row, x + (first + row) * d, shift + first + row, long_reference,
                   nu.reference, z + i / NAME(tile) * NAME(tile) * d + i % NAME(tile), squares + i);
    }
    // All rows in one loop, for the divisions: one after the other they took a quarter of the time.
    for (size_t i = 0; i < rows; i++) {
      const double m = shift[first + i], c = a[first + i] * lambda + b[first + i];
      variance[i] = c;
      slope[i] = m / c;
      reach[i] = m * extent->largest;
      const double length = __builtin_elementwise_sqrt((double)squares[i]) + reach[i];
      bounds[i] = slope[i] * (per_length * length + (double)d * (double)SMALLEST);
      scales[i] = (REAL)slope[i];
      shifts[i] = (REAL)m;
    }
    for (size_t i = rows; i < tiles * NAME(tile); i++) {
      scales[i] = scales[rows - 1];
      shifts[i] = shifts[rows - 1];
    }
    NAME(products)(tiles, d, k, nu.by_component, z, logits);
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
    int sparse = 0;
    for (size_t i = 0; i < rows; i++) sparse |= direct[i] | !(bottom[i] - top[i] >= floor);
    size_t active[NAME(most_groups)];
    for (size_t g = 0; g < NAME(most_groups); g++) active[g] = k;
    if (sparse) NAME(list_columns)(rows, k, logits, lists, active);
    NAME(listed_products)(rows, k, wide_d, logits, nu.by_coordinate, lists, active, sums);
    for (size_t i = 0; i < rows; i++) {
      const double m = shift[first + i], c = variance[i];
      const double numerator = e1[first + i] * lambda + e0, e = numerator == 0 ? 0 : numerator / c;
      const REAL *point = x + (first + i) * d;
      REAL *to = out + (first + i) * d;
      if (direct[i]) {
        const REAL *row = NAME(row_in_tiles)(logits, i, k);
        size_t count = 0;
        for (size_t j = 0; j < k; j++) {
          lists[count] = (uint32_t)j;
          count += row[j * NAME(tile)] != 0;
        }
        NAME(sum_of_differences)(d, count, lists, point, m, p, e, means, row, inverse[i], to);
      } else {
        NAME(add_up)(d, (REAL)p, (REAL)e, (REAL)((p - e * m) * inverse[i]), m, long_reference,
                     nu.reference, point, sums + i * wide_d, to);
      }
    }
  }
}

#undef LANES
#undef LOAD
#undef STORE
#undef LANES_LOG2
#undef VECTOR
#undef NAME
#undef KERNEL
