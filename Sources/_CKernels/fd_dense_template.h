// Products of panels for one instruction set; included once for each, so without a guard.
//
// TARGET: the attribute that chooses the instructions; TILE_ROWS × TILE_PANELS: the sums that stay in
// registers beside one vector of each panel.

// sums[r][p] += Σ_t a[r·row_step + t·depth_step] b[p·panel_step + t], b and sums vectors.
TARGET INLINE void NAME(multiply)(size_t rows, size_t panels, size_t depth, const float *restrict a,
                                  size_t row_step, size_t depth_step, const float *restrict b,
                                  size_t panel_step, vector sums[TILE_ROWS][TILE_PANELS]) {
#pragma clang loop unroll_count(4)
  for (size_t t = 0; t < depth; t++) {
    vector columns[TILE_PANELS];
    for (size_t p = 0; p < panels; p++) columns[p] = LOAD(b + p * panel_step + t * lanes);
    for (size_t r = 0; r < rows; r++)
      for (size_t p = 0; p < panels; p++)
        sums[r][p] += a[r * row_step + t * depth_step] * columns[p];
  }
}

// C = A B, or C + A B, for `rows` rows and `panels` panels of C. A and C are matrices in panels, `step` numbers
// from one to the next; B has a row for each column of A.
TARGET INLINE void NAME(tile)(size_t rows, size_t panels, size_t depth, const float *a,
                              const float *b, size_t panel_step, int adding, float *c,
                              size_t step) {
  vector sums[TILE_ROWS][TILE_PANELS];
  for (size_t r = 0; r < rows; r++)
    for (size_t p = 0; p < panels; p++)
      sums[r][p] = adding ? LOAD(c + p * step + r * lanes) : (vector){0};
  size_t t = 0;
  for (; t + lanes <= depth; t += lanes, a += step)
    NAME(multiply)(rows, panels, lanes, a, lanes, 1, b + t * lanes, panel_step, sums);
  NAME(multiply)(rows, panels, depth - t, a, lanes, 1, b + t * lanes, panel_step, sums);
  for (size_t r = 0; r < rows; r++)
    for (size_t p = 0; p < panels; p++) STORE(c + p * step + r * lanes, sums[r][p]);
}

// What follows the sums of a tile, while it is in the first-level cache.
TARGET INLINE void NAME(finish)(size_t rows, size_t panels, const ending *end, float *c,
                                const float *values, size_t step, const float *bias) {
  for (size_t p = 0; p < panels; p++) {
    float *to = c + p * step;
    const vector add = bias ? LOAD(bias + p * lanes) : (vector){0};
    for (size_t r = 0; bias && r < rows; r++) {
      vector z = LOAD(to + r * lanes) + add;
      rectify(end->rectifier, &z);
      STORE(to + r * lanes, z);
    }
    for (size_t r = 0; values && r < rows; r++) {
      vector g = LOAD(to + r * lanes);
      const vector a = LOAD(values + p * step + r * lanes);
      scale_by_slope(end->rectifier, &a, &g);
      STORE(to + r * lanes, g);
    }
  }
}

// All rows of some panels of C.
TARGET INLINE void NAME(panel_product)(size_t rows, size_t panels, size_t depth, const float *a,
                                       const float *b, const ending *end, size_t first, float *c) {
  const size_t step = rows * lanes;
  for (size_t start = 0; start < depth; start += most_depth) {
    const size_t part = depth - start < most_depth ? depth - start : most_depth;
    const int adding = end->adding || start > 0, last = start + part == depth;
    for (size_t i = 0, taken; i < rows; i += taken) {
      // Rows are a multiple of 4: a remainder of 2 or less is left to none.
      taken = rows - i >= TILE_ROWS && rows - i - TILE_ROWS != 2 ? TILE_ROWS : FD_PANEL_ROWS;
      const float *from = a + start * rows + i * lanes, *with = b + start * lanes;
      // The panels that come next, a share at each tile, into the second-level cache.
      for (size_t t = part * i / rows; t < part * (i + taken) / rows; t++)
        for (size_t p = 0; p < panels; p++)
          __builtin_prefetch(with + ((panels + p) * depth + t) * lanes, 0, 2);
      float *to = c + i * lanes;
      const float *values = end->values ? end->values + first * step + i * lanes : 0;
      // What the next rows find and leave.
      for (size_t p = 0; p < panels; p++)
        for (size_t r = taken; r < taken + TILE_ROWS; r++) {
          __builtin_prefetch(to + p * step + r * lanes, 1, 3);
          if (last && values) __builtin_prefetch(values + p * step + r * lanes, 0, 3);
        }
      if (taken == TILE_ROWS)
        NAME(tile)(TILE_ROWS, panels, part, from, with, depth * lanes, adding, to, step);
      else
        NAME(tile)(FD_PANEL_ROWS, panels, part, from, with, depth * lanes, adding, to, step);
      if (last && (end->bias || end->values))
        NAME(finish)(taken, panels, end, to, values, step,
                     end->bias ? end->bias + first * lanes : 0);
    }
  }
}

// C (rows × columns) = A (rows × depth) B, with what follows.
TARGET static void NAME(product)(size_t rows, size_t depth, size_t columns, const float *a,
                                 const float *b, const ending *end, float *c) {
  const size_t all = in_panels(columns);
  size_t p = 0;
  for (; p + TILE_PANELS <= all; p += TILE_PANELS)
    NAME(panel_product)(rows, TILE_PANELS, depth, a, b + p * depth * lanes, end, p,
                        c + p * rows * lanes);
  for (; p < all; p++)
    NAME(panel_product)(rows, 1, depth, a, b + p * depth * lanes, end, p, c + p * rows * lanes);
}

// Rows of C, `valid` of `outputs` and `width` columns of them: Gᵀ X for some columns of G and panels of X.
TARGET INLINE void NAME(outer_tile)(size_t outputs, size_t panels, size_t depth, const float *g,
                                    const float *x, size_t step, int adding, size_t valid,
                                    size_t width, float *c, size_t ldc) {
  vector sums[TILE_ROWS][TILE_PANELS];
  for (size_t r = 0; r < outputs; r++)
    for (size_t p = 0; p < panels; p++) {
      sums[r][p] = (vector){0};
      if (r < valid) __builtin_prefetch(c + r * ldc + p * lanes, 1, 3);
    }
  NAME(multiply)(outputs, panels, depth, g, 1, lanes, x, step, sums);
  for (size_t r = 0; r < outputs && r < valid; r++) {
    float *to = c + r * ldc;
    if (width == panels * lanes) {
      for (size_t p = 0; p < panels; p++) {
        const vector s = adding ? LOAD(to + p * lanes) + sums[r][p] : sums[r][p];
        STORE(to + p * lanes, s);
      }
    } else {
      float line[TILE_PANELS * lanes];
      for (size_t p = 0; p < panels; p++) STORE(line + p * lanes, sums[r][p]);
      for (size_t l = 0; l < width; l++) to[l] = adding ? to[l] + line[l] : line[l];
    }
  }
}

// All outputs of some panels of X.
TARGET INLINE void NAME(panel_outer)(size_t rows, size_t panels, size_t outputs, size_t width,
                                     const float *g, const float *x, int adding, float *c,
                                     size_t ldc) {
  const size_t step = in_rows(rows) * lanes;
  for (size_t j = 0; j < outputs; j += lanes, g += step) {
    float *to = c + j * ldc;
    const size_t valid = outputs - j;
    // The panels that come next, a share at each step, into the second-level cache.
    for (size_t t = rows * j / outputs; j + lanes < outputs && t < rows * (j + lanes) / outputs; t++)
      for (size_t p = 0; p < panels; p++)
        __builtin_prefetch(x + (panels + p) * step + t * lanes, 0, 2);
#if TILE_ROWS == 8
    NAME(outer_tile)(8, panels, rows, g, x, step, adding, valid, width, to, ldc);
    if (valid > 8)
      NAME(outer_tile)(8, panels, rows, g + 8, x, step, adding, valid - 8, width, to + 8 * ldc, ldc);
#else
    // 16 columns are 6 and 5 and 5.
    NAME(outer_tile)(6, panels, rows, g, x, step, adding, valid, width, to, ldc);
    if (valid > 6)
      NAME(outer_tile)(5, panels, rows, g + 6, x, step, adding, valid - 6, width, to + 6 * ldc, ldc);
    if (valid > 11)
      NAME(outer_tile)(5, panels, rows, g + 11, x, step, adding, valid - 11, width, to + 11 * ldc,
                       ldc);
#endif
  }
}

// C (outputs × inputs) = Gᵀ X, or C + Gᵀ X.
TARGET static void NAME(outer)(size_t rows, size_t outputs, size_t inputs, const float *g,
                               const float *x, int adding, float *c) {
  const size_t step = in_rows(rows) * lanes;
  size_t k = 0;
  for (; k + TILE_PANELS * lanes <= inputs; k += TILE_PANELS * lanes)
    NAME(panel_outer)(rows, TILE_PANELS, outputs, TILE_PANELS * lanes, g, x + k / lanes * step,
                      adding, c + k, inputs);
  for (; k < inputs; k += lanes)
    NAME(panel_outer)(rows, 1, outputs, inputs - k < lanes ? inputs - k : lanes, g,
                      x + k / lanes * step, adding, c + k, inputs);
}

#undef TARGET
#undef NAME
#undef TILE_ROWS
#undef TILE_PANELS
