// What the posterior's kernels do by differences where products would lose digits, for one REAL.

// ‖x − m μ‖² in double, by differences.
INLINE double NAME(square_distance)(size_t d, const REAL *restrict x, double m,
                                    const double *restrict mean) {
  double q = 0;
  {
#pragma clang fp reassociate(on) contract(fast)
    for (size_t t = 0; t < d; t++) {
      const double z = (double)x[t] - m * mean[t];
      q += z * z;
    }
  }
  return q;
}

// Vectors for sums that stay in registers: arrays of as many numbers went through memory, and at some addresses of the
// stack took three times as long.
typedef double NAME(doubles) __attribute__((ext_vector_type(16)));
typedef REAL NAME(numbers) __attribute__((ext_vector_type(16)));

// `sum_of_differences` in 16 dimensions or more.
KERNEL void NAME(long_sum)(size_t d, size_t count, const uint32_t *list, const REAL *restrict x, double m, double p,
                           double e, const double *restrict means, const REAL *restrict gamma, double scale,
                           REAL *restrict out) {
  for (size_t t = 0; t < d; t += 16) {
    // The last block ends with the last coordinate, and repeats some of the one before.
    const size_t start = t + 16 <= d ? t : d - 16;
    const NAME(doubles) point = __builtin_convertvector(FD_LOAD(NAME(numbers), x + start), NAME(doubles));
    NAME(doubles) sum = {0}, difference = {0};
    for (size_t s = 0; s < count; s++) {
      const NAME(doubles) mean = FD_LOAD(NAME(doubles), means + list[s] * d + start);
      const double g = (double)gamma[list[s] * NAME(tile)] * scale;
      difference += g * (point - m * mean);
      sum += g * mean;
    }
    const NAME(doubles) total = e == 0 ? p * sum : p * sum + e * difference;
    FD_STORE(NAME(numbers), out + start, __builtin_convertvector(total, NAME(numbers)));
  }
}

// Σ_k γ_k [p μ_k + e (x − m μ_k)] over the components of a list, in double, by differences.
INLINE void NAME(sum_of_differences)(size_t d, size_t count, const uint32_t *list,
                                     const REAL *restrict x, double m, double p, double e,
                                     const double *restrict means, const REAL *gamma,
                                     double scale, REAL *restrict out) {
  if (d >= 16) {
    NAME(long_sum)(d, count, list, x, m, p, e, means, gamma, scale, out);
    return;
  }
  double sum[16] = {0}, difference[16] = {0};
  for (size_t s = 0; s < count; s++) {
    const double *mean = means + list[s] * d;
    const double g = (double)gamma[list[s] * NAME(tile)] * scale;
    for (size_t t = 0; t < d; t++) {
      difference[t] += g * ((double)x[t] - m * mean[t]);
      sum[t] += g * mean[t];
    }
  }
  for (size_t t = 0; t < d; t++)
    out[t] = (REAL)(e == 0 ? p * sum[t] : p * sum[t] + e * difference[t]);
}

// The least logit of a component that could matter where each can be wrong by `bound`: below it
// γ_k bound < tolerance, with what the bound does to γ_k in it.
INLINE REAL NAME(least_that_matters)(REAL top, double bound, double tolerance) {
  const int64_t exponent = (__builtin_bit_cast(int64_t, bound / tolerance) >> 52) - 1022;
  return (REAL)((double)top - 2 * bound - 0.6931471805599453 * (double)exponent);
}

// Makes the logits of a row, `tile` apart, relative to that of `best`, those from `least` on by differences.
// Returns ‖x − m μ_best‖².
INLINE double NAME(refine)(size_t d, size_t k, const REAL *x, double m, double c,
                           const double *means, const double *log_weights, REAL least, REAL *row,
                           size_t best) {
  const double q_best = NAME(square_distance)(d, x, m, means + best * d);
  const REAL base = row[best * NAME(tile)];
  for (size_t j = 0; j < k; j++) {
    REAL *logit = row + j * NAME(tile);
    if (j != best && *logit >= least) {
      const double q = NAME(square_distance)(d, x, m, means + j * d);
      *logit = (REAL)((log_weights[j] - log_weights[best]) - (q - q_best) / (2 * c));
    } else {
      *logit -= base;
    }
  }
  return q_best;
}

// All logits of a row, `tile` apart, by direct differences, relative to the largest.
INLINE void NAME(refine_all)(size_t d, size_t k, const REAL *x, double m, double c,
                             const double *means, const double *log_weights, double *log_top,
                             REAL *row) {
  double most = -INFINITY;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t j = 0; j < k; j++) {
      const double q = NAME(square_distance)(d, x, m, means + j * d);
      const double logit = log_weights[j] - q / (2 * c);
      // NaN goes on.
      if (!(logit <= most) && pass == 0) most = logit;
      if (pass == 1) row[j * NAME(tile)] = (REAL)(logit - most);
    }
  }
  *log_top = most;
}
