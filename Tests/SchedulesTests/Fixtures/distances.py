"""Distances between samples by SciPy, for the measures of grid comparisons.

Usage: python3 distances.py > distances.json
`w2_squared`: optimal assignment at squared cost (linear_sum_assignment) over the number of samples.
`energy`: the square of scipy.stats.energy_distance, the energy distance of the empirical laws.
"""

import json

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import energy_distance


def w2_squared(x, y):
    cost = (x[:, None] - y[None, :]) ** 2
    return cost[linear_sum_assignment(cost)].mean()


rng = np.random.default_rng(2606)
line = []
for n, shift, scale in [(2, 0.5, 1.0), (7, 0.0, 2.0), (40, -1.0, 0.3)]:
    x, y = shift + scale * rng.standard_normal(n), rng.standard_normal(n)
    line.append(
        {
            "x": x.tolist(),
            "y": y.tolist(),
            "w2_squared": w2_squared(x, y),
            "energy": energy_distance(x, y) ** 2,
        }
    )
# Ties: values that several samples share.
x, y = np.array([1.0, 1, 2, 2, 2, 5]), np.array([2.0, 2, 1, 4, 4, 4])
line.append(
    {"x": x.tolist(), "y": y.tolist(), "w2_squared": w2_squared(x, y), "energy": energy_distance(x, y) ** 2}
)
print(json.dumps({"line": line}, indent=1))
