"""Grids of measured densities in one dimension, by quadrature: an independent check.

Writes densities.json. The mixture has two modes of different weights and widths, the process is
x = x_0 + sigma z from sigma = 20 down to 0.01. Every density is an integral over x, taken on a fine
mesh; derivatives are central differences; the flow map is the monotone map between distribution
functions, so that its derivative is a ratio of densities. Needs NumPy and SciPy.
"""

import json

import numpy as np
from scipy.integrate import cumulative_trapezoid, trapezoid
from scipy.optimize import brentq
from scipy.stats import norm

WEIGHTS = np.array([0.6, 0.4])
MEANS = np.array([-1.0, 0.8])
VARIANCES = np.array([0.04, 0.09])
FIRST, LAST, SEGMENTS = 20.0, 0.01, 6


def scale(sigma):
    return np.sqrt(VARIANCES + sigma**2)


def mesh(sigma, points=8001):
    s = scale(sigma).max()
    return np.linspace(MEANS.min() - 9 * s, MEANS.max() + 9 * s, points)


def parts(x, sigma):
    return WEIGHTS * norm.pdf(x[..., None], MEANS, scale(sigma))


def density(x, sigma):
    return parts(x, sigma).sum(-1)


def distribution(x, sigma):
    return (WEIGHTS * norm.cdf(x[..., None], MEANS, scale(sigma))).sum(-1)


def score(x, sigma):
    p = parts(x, sigma)
    return (-(x[..., None] - MEANS) / scale(sigma) ** 2 * p).sum(-1) / p.sum(-1)


def denoised(x, sigma):
    return x + sigma**2 * score(x, sigma)


def mean(values, x, sigma):
    return trapezoid(values * density(x, sigma), x)


def along(f, x, sigma, h):
    """df/dsigma along the flow dx/dsigma = -sigma score, by steps short against its curvature."""
    v = -sigma * score(x, sigma)
    a = -score(x, sigma) - sigma * (
        (score(x + h * v, sigma + h) - score(x - h * v, sigma - h)) / (2 * h))
    up, down = x + h * v + h * h / 2 * a, x - h * v + h * h / 2 * a
    return (f(up, sigma + h) - f(down, sigma - h)) / (2 * h)


def least_error(sigma):
    x = mesh(sigma)
    p = parts(x, sigma)
    gamma = p / p.sum(-1, keepdims=True)
    gain = VARIANCES / scale(sigma) ** 2
    means = MEANS + gain * (x[:, None] - MEANS)
    spread = (gamma * (sigma**2 * gain + means**2)).sum(-1) - (gamma * means).sum(-1) ** 2
    return mean(spread, x, sigma)


def change(sigma):
    x = mesh(sigma)
    return along(denoised, x, sigma, 1e-4 * sigma)


def end_of(x, sigma):
    """The flow map to the last level, by equal distribution functions."""
    target = distribution(x, sigma)
    y = mesh(LAST, 40001)
    return np.interp(target, distribution(y, LAST), y)


def adjoint(sigma):
    x = mesh(sigma)
    u = distribution(x, sigma)
    inside = (u > 1e-10) & (u < 1 - 1e-10)
    x = x[inside]
    stretch = density(x, sigma) / density(end_of(x, sigma), LAST)
    return np.sqrt(mean(stretch * np.abs(along(denoised, x, sigma, 1e-4 * sigma)) / sigma, x, sigma))


def score_change(sigma):
    x, h = mesh(sigma), 1e-4 * sigma
    rate = (score(x, sigma + h) - score(x, sigma - h)) / (2 * h)
    return sigma * np.sqrt(mean(rate**2, x, sigma))


def rate(sigma):
    x, h = mesh(sigma), 1e-4 * sigma
    return np.sqrt(mean((sigma * (score(x + h, sigma) - score(x - h, sigma)) / (2 * h)) ** 2, x, sigma))


def rate_vp(sigma):
    x, h = mesh(sigma), 1e-4 * sigma
    slope = -sigma * (score(x + h, sigma) - score(x - h, sigma)) / (2 * h)
    return np.sqrt(mean((slope - sigma / (1 + sigma**2)) ** 2, x, sigma))


def parting(sigma):
    """What the score's derivative has beyond that of the Gaussian of the same variance."""
    x, h = mesh(sigma), 1e-4 * sigma
    variance = WEIGHTS @ (VARIANCES + (MEANS - WEIGHTS @ MEANS) ** 2)
    slope = (score(x + h, sigma) - score(x - h, sigma)) / (2 * h)
    excess = np.maximum(0, (variance + sigma**2) * slope + 1)
    return mean(excess**2, x, sigma) ** 0.75 * sigma / (variance + sigma**2)


def absolute_change(sigma):
    return mean(np.abs(change(sigma)), mesh(sigma), sigma)


def grid(rho):
    levels = np.geomspace(LAST, FIRST, 1500)
    values = np.array([rho(s) for s in levels]) * levels
    total = cumulative_trapezoid(values, np.log(levels), initial=0)
    targets = total[-1] * (1 - np.arange(SEGMENTS + 1) / SEGMENTS)
    return np.exp(np.interp(targets, total, np.log(levels)))


RULES = {
    "rms-edm": rate,
    "rms-vp": rate_vp,
    "parting": parting,
    "entropic": lambda s: least_error(s) / s**3,
    "rescaled-entropic": lambda s: least_error(s) / s**2,
    "score-optimal": score_change,
    "constant-rate": absolute_change,
    "sharp-euler-edm": lambda s: np.sqrt(absolute_change(s) / s),
    "adjoint": adjoint,
}

# The flow map's derivative agrees with that of a root search.
check = brentq(lambda y: distribution(np.array([y]), LAST)[0] - distribution(np.array([0.3]), 1.0)[0], -5, 5)
assert abs(end_of(np.array([0.3]), 1.0)[0] - check) < 1e-4

document = {
    "weights": WEIGHTS.tolist(), "means": MEANS.tolist(), "variances": VARIANCES.tolist(),
    "horizon": FIRST, "end": LAST, "segments": SEGMENTS,
    "levels": {name: [round(v, 8) for v in grid(rho)] for name, rho in RULES.items()},
    "least_error": {str(s): least_error(s) for s in (0.05, 0.3, 1.0, 4.0)},
}
with open("densities.json", "w") as file:
    json.dump(document, file, indent=1)
    file.write("\n")
