"""Writes klub.json: the Kullback-Leibler upper bound of Align Your Steps (Sabour, Fidler and Kreis, ICML
2024) for one Gaussian by SciPy's quadrature, and for a small mixture the Monte Carlo estimates on given
random numbers, the coordinate search on them and two subdivisions. Usage: python klub.py (numpy, scipy)."""

import json
import pathlib

import numpy
from denoiser import denoise, draw, mixture
from scipy.integrate import quad

# One Gaussian N(0, c^2 I) in dimension d: E||D(x_t) - D(x_u)||^2 = c^4 d (1/(t^2+c^2) - 1/(u^2+c^2)).
gaussian = []
for c, d in ((0.5, 3), (2.0, 2)):
    for lower, upper in ((0.002, 0.01), (0.01, 0.3), (0.3, 0.33), (0.3, 4.0), (4.0, 80.0)):
        def rate(t):
            return t**-3 * c**4 * d * (1 / (t * t + c * c) - 1 / (upper * upper + c * c))
        value, _ = quad(lambda s: numpy.exp(s) * rate(numpy.exp(s)), numpy.log(lower), numpy.log(upper),
                        epsabs=0, epsrel=1e-12, limit=200)
        gaussian.append({"c": c, "dimension": d, "lower": lower, "upper": upper, "value": value})

rng = numpy.random.default_rng(13)
n, c = 96, 1.25
data = numpy.round(draw(rng, n), 6)
noise, bridge = numpy.round(rng.normal(size=(2, n, 2)), 6)
shares = numpy.round(rng.uniform(size=n), 6)
cache = {}


def interval(lower, upper):
    if (lower, upper) in cache:
        return cache[lower, upper]
    k = c * c

    def weight(t):
        return 1 / (t * t + k) - 1 / (upper * upper + k)

    def mass(t):
        """The integral of s^-3 weight(s) from t to upper."""
        def antiderivative(y):
            return -1 / (k * y) + numpy.log1p(k / y) / k**2 + 1 / ((upper * upper + k) * y)
        return 0.5 * (antiderivative(upper * upper) - antiderivative(t * t))

    total = mass(numpy.array(lower))
    low, high = numpy.full(n, lower), numpy.full(n, upper)
    for _ in range(90):
        middle = (low + high) / 2
        above = mass(middle) > shares * total
        low, high = numpy.where(above, middle, low), numpy.where(above, high, middle)
    t = (low + high) / 2
    x = data + t[:, None] * noise
    y = x + numpy.sqrt(upper * upper - t * t)[:, None] * bridge
    change = ((denoise(x, 1.0, t * t) - denoise(y, 1.0, upper * upper)) ** 2).sum(1)
    cache[lower, upper] = float(total * (change / weight(t)).mean())
    return cache[lower, upper]


def total(levels):
    return sum(interval(b, a) for a, b in zip(levels, levels[1:]))


def sweep(levels, movable):
    moved = False
    for i in movable:
        a, b = levels[i - 1], levels[i + 1]
        def cost(x):
            return interval(b, x) + interval(x, a)
        places = [levels[i]] + [a * (b / a) ** (j / 11) for j in range(1, 11)]
        best = min(range(11), key=lambda j: cost(places[j]))
        moved |= best != 0
        levels[i] = places[best]
    return moved


rho, high, low = 7.0, 80.0, 0.002
ramp = numpy.arange(11) / 10
levels = [float(s) for s in (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho]
levels[0], levels[-1] = high, low
start, passes = list(levels), 0
while passes < 300 and sweep(levels, range(1, 10)):
    passes += 1
coarse, value, fine = list(levels), total(levels), list(levels)
for _ in range(2):
    finer = [fine[0]]
    for a, b in zip(fine, fine[1:]):
        finer += [float(numpy.sqrt(a * b)), b]
    sweep(finer, range(1, len(finer), 2))
    fine = finer
place = numpy.linspace(0, len(fine) - 1, 8)
resampled = numpy.exp(numpy.interp(place, numpy.arange(len(fine)), numpy.log(fine)))
out = {
    "gaussian": gaussian, "mixture": mixture(), "c": c, "data": data.ravel().tolist(),
    "noise": noise.ravel().tolist(), "bridge": bridge.ravel().tolist(), "shares": shares.tolist(),
    "start": start, "startParts": [interval(b, a) for a, b in zip(start, start[1:])],
    "passes": passes, "coarse": coarse, "coarseValue": value, "fine": fine, "fineValue": total(fine),
    "eight": resampled.tolist(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
