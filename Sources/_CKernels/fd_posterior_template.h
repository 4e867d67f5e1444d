// The kernels of fd_posterior.h for one REAL and one width of registers; included once for each, so without
// a guard, and the last: undefines what they are made of.

#include "fd_panel_template.h"
// In the order of their use.
#include "fd_difference_template.h"

// Rows handled together.
enum { NAME(chunk) = 48 };

static size_t NAME(list_count)(size_t k) { return k * (NAME(chunk) / NAME(group)); }

static size_t NAME(work_count)(size_t n, size_t d, size_t k) {
  const size_t rows = n < NAME(chunk) ? n : NAME(chunk);
  const size_t wide_d = NAME(padded)(d), wide_k = NAME(padded)(k);
  return wide_k + rows * (2 * wide_d + wide_k);
}

// z = x − m r, and its square; in double where r is so long that m in REAL would spoil z.
INLINE double NAME(centre)(size_t d, const REAL *restrict x, double m, int long_reference,
                           const REAL *restrict reference, REAL *restrict z) {
  REAL square = 0;
  if (long_reference) {
    for (size_t t = 0; t < d; t++) z[t] = (REAL)((double)x[t] - m * (double)reference[t]);
  } else {
    const REAL factor = (REAL)m;
    for (size_t t = 0; t < d; t++) z[t] = x[t] - factor * reference[t];
  }
  {
#pragma clang fp reassociate(on) contract(fast)
    for (size_t t = 0; t < d; t++) square += z[t] * z[t];
  }
  return (double)square;
}

INLINE size_t NAME(index_of)(REAL value, size_t count, const REAL *row) {
  size_t j = 0;
  while (j + 1 < count && row[j] != value) j++;
  return j;
}

// Products z·ν_k become logits w_k + scale (z·ν_k − m ‖ν_k‖²/2); the largest and the smallest.
INLINE void NAME(logits)(size_t wide_k, REAL scale, REAL m, const REAL *restrict weights,
                         const REAL *restrict half_squares, REAL *restrict row, REAL ends[2]) {
  VECTOR most = (VECTOR){0} - (REAL)INFINITY, least = (VECTOR){0} + (REAL)INFINITY;
  size_t j = 0;
  for (; j < wide_k; j += LANES) {
    const VECTOR l = LOAD(weights + j) + scale * (LOAD(row + j) - m * LOAD(half_squares + j));
    STORE(row + j, l);
    most = l > most ? l : most;
    // The last may end in lanes of no component.
    if (j + LANES < wide_k) least = l < least ? l : least;
  }
  ends[0] = NAME(largest_lane)(&most);
  least = -least;
  ends[1] = -NAME(largest_lane)(&least);
}

// exp of all, or 0 below exp(floor), in place: rows together, since a short one fills no pipeline.
INLINE void NAME(exponentials)(size_t count, REAL floor, REAL *restrict logits) {
  for (size_t j = 0; j < count; j += LANES) {
    VECTOR e = LOAD(logits + j);
    NAME(exponential)(&e, floor);
    STORE(logits + j, e);
  }
}

INLINE void NAME(subtract)(size_t wide_k, REAL top, REAL *restrict row) {
  for (size_t j = 0; j < wide_k; j += LANES) STORE(row + j, LOAD(row + j) - top);
}

INLINE REAL NAME(sum)(size_t wide_k, const REAL *restrict row) {
  VECTOR total = {0};
  for (size_t j = 0; j < wide_k; j += LANES) total += LOAD(row + j);
  return NAME(sum_of_lanes)(&total);
}

// out = p r + e z + h_factor h.
INLINE void NAME(add_up)(size_t d, REAL p, REAL e, REAL h_factor, const REAL *restrict reference,
                         const REAL *restrict z, const REAL *restrict h, REAL *restrict out) {
  if (p == 0) {
    for (size_t t = 0; t < d; t++) out[t] = e * z[t] + h_factor * h[t];
  } else if (e == 0) {
    for (size_t t = 0; t < d; t++) out[t] = p * reference[t] + h_factor * h[t];
  } else {
    for (size_t t = 0; t < d; t++) out[t] = p * reference[t] + e * z[t] + h_factor * h[t];
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
  const size_t wide_d = NAME(padded)(d), wide_k = NAME(padded)(k);
  REAL *weights = work, *z = weights + wide_k;
  for (size_t j = 0; j < wide_k; j++) weights[j] = j < k ? (REAL)log_weights[j] : (REAL)-INFINITY;
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
    REAL *logits = z + rows * wide_d, *sums = logits + rows * wide_k;
    double squares[NAME(chunk)], inverse[NAME(chunk)];
    double variance[NAME(chunk)], slope[NAME(chunk)], reach[NAME(chunk)], bounds[NAME(chunk)];
    uint8_t direct[NAME(chunk)], sparse[NAME(chunk) / NAME(group)] = {0};
    for (size_t i = 0; i < rows; i++)
      squares[i] = NAME(centre)(d, x + (first + i) * d, shift[first + i], long_reference,
                                nu.reference, z + i * wide_d);
    // All rows in one loop, for the divisions: one after the other they took a quarter of the time.
    for (size_t i = 0; i < rows; i++) {
      const double m = shift[first + i], c = a[first + i] * lambda + b[first + i];
      variance[i] = c;
      slope[i] = m / c;
      reach[i] = m * extent->largest;
      const double length = __builtin_elementwise_sqrt(squares[i]) + reach[i];
      bounds[i] = slope[i] * (per_length * length + (double)d * (double)SMALLEST);
    }
    NAME(products)(rows, d, wide_k, z, wide_d, nu.by_component, logits);
    for (size_t i = 0; i < rows; i++) {
      REAL *row = logits + i * wide_k;
      const double m = shift[first + i], c = variance[i], bound = bounds[i];
      // A batch is mostly at one time.
      if (log_sum && c != last_c) {
        log_c = log(c);
        last_c = c;
      }
      REAL ends[2];
      NAME(logits)(wide_k, (REAL)slope[i], (REAL)m, weights, nu.half_squares, row, ends);
      REAL top = ends[0];
      // The least that ‖x − m μ‖² of the likeliest component can be; where weights differ, itself.
      double q = squares[i] - 2 * c * ((double)top - least_weight);
      if (unequal && !(reach[i] * reach[i] <= 64 * q))
        q = squares[i] - 2 * c * ((double)top - log_weights[NAME(index_of)(top, k, row)]);
      direct[i] = !(reach[i] * reach[i] <= 64 * q);
      double log_top = 0;
      if (!(bound <= (double)TOLERANCE) || log_sum) {
        const REAL *point = x + (first + i) * d;
        const REAL least = NAME(least_that_matters)(top, bound, (double)TOLERANCE);
        if (!(bound < 1e300) || !(top > -(REAL)INFINITY && top < (REAL)INFINITY)) {
          NAME(refine_all)(d, k, wide_k, point, m, c, means, log_weights, &log_top, row);
          direct[i] = 1;
          top = 0;
        } else if (log_sum || NAME(count_from)(wide_k, least, row) > 1) {
          const size_t best = NAME(index_of)(top, k, row);
          const double q_best =
              NAME(refine)(d, k, wide_k, point, m, c, means, log_weights, least, row, best);
          top = 0;
          ends[1] = row[0];
          for (size_t j = 0; j < k; j++) {
            top = row[j] > top ? row[j] : top;
            ends[1] = row[j] < ends[1] ? row[j] : ends[1];
          }
          log_top = log_weights[best] - q_best / (2 * c) + (double)top;
        }
      }
      sparse[i / NAME(group)] |= direct[i] | !(ends[1] - top >= floor);
      NAME(subtract)(wide_k, top, row);
      if (log_sum) log_sum[first + i] = log_top - 0.5 * (double)d * log_c;
    }
    NAME(exponentials)(rows * wide_k, floor, logits);
    for (size_t i = 0; i < rows; i++) {
      const REAL *row = logits + i * wide_k;
      const double sum = (double)NAME(sum)(wide_k, row);
      inverse[i] = 1 / sum;
      if (log_sum) log_sum[first + i] += log(sum);
      if (gamma)
        for (size_t j = 0; j < k; j++) gamma[(first + i) * k + j] = row[j] * (REAL)inverse[i];
    }
    if (!out) continue;
    size_t counts[NAME(chunk) / NAME(group)];
    for (size_t g = 0; g * NAME(group) < rows; g++)
      counts[g] = NAME(list_columns)(rows - g * NAME(group), k, logits + g * NAME(group) * wide_k,
                                     wide_k, sparse[g], lists + g * k);
    NAME(listed_products)(rows, k, wide_d, logits, wide_k, nu.by_coordinate, lists, counts, sums);
    for (size_t i = 0; i < rows; i++) {
      const double m = shift[first + i], c = variance[i];
      const double numerator = e1[first + i] * lambda + e0, e = numerator == 0 ? 0 : numerator / c;
      REAL *to = out + (first + i) * d;
      if (direct[i]) {
        const REAL *row = logits + i * wide_k;
        size_t count = 0;
        for (size_t j = 0; j < k; j++) {
          lists[count] = (uint32_t)j;
          count += row[j] != 0;
        }
        NAME(sum_of_differences)(d, count, lists, x + (first + i) * d, m, p, e, means, row,
                                 inverse[i], to);
      } else {
        NAME(add_up)(d, (REAL)p, (REAL)e, (REAL)((p - e * m) * inverse[i]), nu.reference,
                     z + i * wide_d, sums + i * wide_d, to);
      }
    }
  }
}

#undef LANES
#undef LOAD
#undef STORE
#undef FOLDS
#undef LANES_LOG2
#undef VECTOR
#undef NAME
#undef KERNEL
