// The kernels of fd_transformer.h for one REAL; included once for each, so without a guard.

FD_CLONES
void NAME(fd_add_bias)(size_t rows, size_t columns, const REAL *restrict bias, REAL *restrict z) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) z[i * columns + j] += bias[j];
}

FD_CLONES
void NAME(fd_add_column_sums)(size_t rows, size_t columns, const REAL *restrict x,
                              REAL *restrict sums) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) sums[j] += x[i * columns + j];
}

void NAME(fd_clear)(size_t count, REAL *y) {
  for (size_t i = 0; i < count; i++) y[i] = 0;
}

FD_CLONES
void NAME(fd_add)(size_t count, const REAL *restrict x, REAL *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += x[i];
}

FD_CLONES
void NAME(fd_multiply)(size_t count, const REAL *restrict x, REAL *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] *= x[i];
}

FD_CLONES
void NAME(fd_layer_norm)(size_t rows, size_t columns, const REAL *restrict weights,
                         const REAL *restrict biases, const REAL *restrict x,
                         REAL *restrict normalised, REAL *restrict inverse, REAL *restrict y) {
  for (size_t i = 0; i < rows; i++) {
    const REAL *row = x + i * columns;
    REAL *to = normalised + i * columns;
    REAL sum = 0, squares = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t j = 0; j < columns; j++) sum += row[j];
      const REAL mean = sum / (REAL)columns;
      for (size_t j = 0; j < columns; j++) {
        to[j] = row[j] - mean;
        squares += to[j] * to[j];
      }
    }
    const REAL r = 1 / NAME(square_root)(squares / (REAL)columns + (REAL)1e-5);
    inverse[i] = r;
    for (size_t j = 0; j < columns; j++) {
      to[j] *= r;
      y[i * columns + j] = weights[j] * to[j] + biases[j];
    }
  }
}

FD_CLONES
void NAME(fd_affine)(size_t rows, size_t columns, const REAL *restrict weights,
                     const REAL *restrict biases, const REAL *restrict normalised,
                     REAL *restrict y) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      y[i * columns + j] = weights[j] * normalised[i * columns + j] + biases[j];
}

// With u = normalised, g = weights ∘ dy: dx = inverse (g − mean(g) − u mean(g ∘ u)).
FD_CLONES
void NAME(fd_layer_norm_backward)(size_t rows, size_t columns, const REAL *restrict weights,
                                  const REAL *restrict normalised, const REAL *restrict inverse,
                                  const REAL *restrict dy, REAL *restrict weight_gradient,
                                  REAL *restrict bias_gradient, REAL *restrict dx) {
  for (size_t i = 0; i < rows; i++) {
    const REAL *u = normalised + i * columns, *v = dy + i * columns;
    REAL sum = 0, product = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t j = 0; j < columns; j++) {
        const REAL g = weights[j] * v[j];
        sum += g;
        product += g * u[j];
      }
    }
    const REAL mean = sum / (REAL)columns, slope = product / (REAL)columns;
    for (size_t j = 0; j < columns; j++) {
      weight_gradient[j] += v[j] * u[j];
      bias_gradient[j] += v[j];
      dx[i * columns + j] += inverse[i] * (weights[j] * v[j] - mean - u[j] * slope);
    }
  }
}

FD_CLONES
void NAME(fd_gelu)(size_t count, REAL *restrict z, REAL *restrict a) {
  for (size_t i = 0; i < count; i++) {
    const REAL x = z[i];
    const REAL magnitude = x < 0 ? -x : x;
    const REAL e = NAME(exp_nonpositive)((REAL)-0.5 * x * x);
    const REAL tail = NAME(lower_tail)(magnitude, e);
    const REAL cumulative = x < 0 ? tail : 1 - tail;
    a[i] = x * cumulative;
    z[i] = cumulative + x * ((REAL)0.39894228040143267794 * e);
  }
}

FD_CLONES
void NAME(fd_softmax)(size_t rows, size_t columns, REAL *restrict x) {
  for (size_t i = 0; i < rows; i++) {
    REAL *row = x + i * columns;
    REAL top = row[0];
    for (size_t j = 1; j < columns; j++) top = row[j] > top ? row[j] : top;
    REAL sum = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t j = 0; j < columns; j++) {
        row[j] = NAME(exp_nonpositive)(row[j] - top);
        sum += row[j];
      }
    }
    const REAL factor = 1 / sum;
    for (size_t j = 0; j < columns; j++) row[j] *= factor;
  }
}

FD_CLONES
void NAME(fd_softmax_backward)(size_t rows, size_t columns, const REAL *restrict p,
                               REAL *restrict g) {
  for (size_t i = 0; i < rows; i++) {
    const REAL *from = p + i * columns;
    REAL *row = g + i * columns;
    REAL sum = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t j = 0; j < columns; j++) sum += from[j] * row[j];
    }
    for (size_t j = 0; j < columns; j++) row[j] = from[j] * (row[j] - sum);
  }
}
