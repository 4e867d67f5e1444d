"""End states of samplers of few steps, by formulas from the publications, for samplers.json.

Written in EDM's variables, x = x_0 + s z at noise level s, point by point with NumPy (float64), from the
formulas of Karras et al. (2022), Lu et al. (2022), Zhao et al. (2023) and Zhang and Chen (2023) with the
conventions of k-diffusion (Euler for the step to 0) and diffusers. It shares nothing with the package.

    python3 samplers.py > samplers.json
"""
import json
import math

import numpy as np

WEIGHTS = np.array([0.5, 0.3, 0.2])
MEANS = np.array([[-1.0, 0.4], [0.8, 0.9], [0.3, -1.2]])
COVARIANCES = np.array([[[0.09, 0.02], [0.02, 0.05]], [[0.16, -0.05], [-0.05, 0.12]], [[0.04, 0.0], [0.0, 0.2]]])


def denoised(x, s):
    logs, posterior = [], []
    for w, m, c in zip(WEIGHTS, MEANS, COVARIANCES):
        total = c + s * s * np.eye(2)
        pull = np.linalg.solve(total, x - m)
        logs.append(math.log(w) - 0.5 * (x - m) @ pull - 0.5 * math.log(np.linalg.det(total)))
        posterior.append(m + c @ pull)
    top = max(logs)
    gamma = np.array([math.exp(v - top) for v in logs])
    gamma /= gamma.sum()
    return sum(g * p for g, p in zip(gamma, posterior))


def slope(x, s):
    return (x - denoised(x, s)) / s


def euler(x, levels):
    for s, r in zip(levels, levels[1:]):
        x = x + (r - s) * slope(x, s)
    return x


def heun(x, levels):
    for s, r in zip(levels, levels[1:]):
        d = slope(x, s)
        trial = x + (r - s) * d
        x = trial if r == 0 else x + (r - s) * (d + slope(trial, r)) / 2
    return x


def rk4(x, levels):
    for s, r in zip(levels, levels[1:]):
        h = r - s
        k1 = slope(x, s)
        if r == 0:
            x = x + h * k1
            continue
        k2 = slope(x + h / 2 * k1, s + h / 2)
        k3 = slope(x + h / 2 * k2, s + h / 2)
        k4 = slope(x + h * k3, r)
        x = x + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return x


def dpmpp(x, levels, order):
    past = []
    for i, (s, r) in enumerate(zip(levels, levels[1:])):
        past.append(denoised(x, s))
        if r == 0:
            x = past[-1]
            continue
        h = math.log(s / r)
        e = math.exp(-h)
        use = min(order, i + 1)
        if use == 1:
            x = e * x - (e - 1) * past[-1]
        elif use == 2:
            ratio = math.log(levels[i - 1] / s) / h
            x = e * x - (e - 1) * past[-1] - 0.5 * (e - 1) * (past[-1] - past[-2]) / ratio
        else:
            r0 = math.log(levels[i - 1] / s) / h
            r1 = math.log(levels[i - 2] / levels[i - 1]) / h
            first, older = (past[-1] - past[-2]) / r0, (past[-2] - past[-3]) / r1
            d1 = first + r0 / (r0 + r1) * (first - older)
            d2 = (first - older) / (r0 + r1)
            x = (
                e * x - (e - 1) * past[-1] + ((e - 1) / h + 1) * d1
                - ((e - 1 + h) / h**2 - 0.5) * d2
            )
    return x


def unipc(x, levels, order=3):
    """bh2, data prediction, corrector after every evaluation."""

    def update(base, i, use, corrector):
        s, r = levels[i], levels[i + 1]
        if r == 0:
            return model[i]
        hh = -math.log(s / r)
        ratios = [math.log(s / levels[i - k]) / -hh for k in range(1, use)]
        differences = [(model[i - k] - model[i]) / q for k, q in zip(range(1, use), ratios)]
        if corrector is not None:
            ratios.append(1.0)
            differences.append(corrector - model[i])
        big = math.expm1(hh)
        matrix, right = [], []
        phi, factorial = math.expm1(hh) / hh - 1, 1
        for k in range(1, len(ratios) + 1):
            matrix.append([q ** (k - 1) for q in ratios])
            right.append(phi * factorial / big)
            factorial *= k + 1
            phi = phi / hh - 1 / factorial
        weights = [0.5] if len(ratios) == 1 else np.linalg.solve(matrix, right) if ratios else []
        return r / s * base - big * model[i] - big * sum(w * d for w, d in zip(weights, differences))

    model = []
    base = predicted = x
    for i in range(len(levels) - 1):
        model_now = denoised(predicted, levels[i])
        if i > 0:
            base = update(base, i - 1, min(order, i), model_now)
        model.append(model_now)
        predicted = update(base, i, min(order, i + 1), None)
    return predicted


def ipndm(x, levels):
    table = [[1], [1.5, -0.5], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]]
    past = []
    for s, r in zip(levels, levels[1:]):
        past.insert(0, slope(x, s))
        row = [1] if r == 0 else table[min(len(past), 4) - 1]
        x = x + (r - s) * sum(a * d for a, d in zip(row, past))
    return x


SAMPLERS = {
    "euler": euler, "heun": heun, "rk4": rk4, "dpmpp-2m": lambda x, g: dpmpp(x, g, 2),
    "dpmpp-3m": lambda x, g: dpmpp(x, g, 3), "unipc": unipc, "ipndm": ipndm,
}
GRIDS = [
    [80.0, 24.0, 9.0, 3.1, 1.2, 0.5, 0.2, 0.0], [10.0, 4.0, 1.0, 0.3, 0.05], [3.0, 1.4, 0.6, 0.0],
    [2.0, 0.1], [5.0, 0.0],
]
STARTS = [[0.7, -1.1], [-0.2, 0.5]]

out = {
    "weights": WEIGHTS.tolist(), "means": MEANS.tolist(), "covariances": COVARIANCES.tolist(),
    "cases": [
        {
            "sampler": name, "levels": grid, "start": [grid[0] * v for v in start],
            "end": sampler(grid[0] * np.array(start), grid).tolist(),
        }
        for name, sampler in SAMPLERS.items() for grid in GRIDS for start in STARTS
    ],
}
print(json.dumps(out, separators=(",", ":")))
